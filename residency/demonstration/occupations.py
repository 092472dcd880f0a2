"""Occupations of a demonstration, with codes in the manner of the Saudi classification."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Job:
    """An occupation, and who is found in it."""

    code: str
    ar: str
    en: str
    genders: str = "M"
    domestic: bool = False


JOBS = (
    Job("214201", "مهندس مدني", "Civil engineer", "MF"),
    Job("214401", "مهندس ميكانيكي", "Mechanical engineer"),
    Job("215101", "مهندس كهربائي", "Electrical engineer"),
    Job("216101", "مهندس معماري", "Architect", "MF"),
    Job("221101", "طبيب عام", "General practitioner", "MF"),
    Job("221201", "طبيب باطنية", "Internal medicine physician", "MF"),
    Job("222101", "أخصائي تمريض", "Nursing specialist", "MF"),
    Job("226201", "صيدلي", "Pharmacist", "MF"),
    Job("231001", "أستاذ جامعي مساعد", "Assistant professor", "MF"),
    Job("233001", "معلم مرحلة ثانوية", "Secondary school teacher", "MF"),
    Job("241101", "محاسب", "Accountant", "MF"),
    Job("251201", "مطور برمجيات", "Software developer", "MF"),
    Job("311201", "فني مدني", "Civil engineering technician"),
    Job("311301", "فني كهرباء", "Electrical technician"),
    Job("311501", "فني تكييف وتبريد", "Air-conditioning technician"),
    Job("321201", "فني مختبر", "Laboratory technician", "MF"),
    Job("322101", "فني تمريض", "Nursing technician", "MF"),
    Job("332201", "مندوب مبيعات", "Sales representative"),
    Job("334101", "مشرف عمال", "Labour supervisor"),
    Job("351201", "فني دعم تقنية معلومات", "IT support technician", "MF"),
    Job("512001", "طباخ", "Cook"),
    Job("513101", "نادل", "Waiter"),
    Job("514101", "حلاق رجالي", "Barber"),
    Job("514201", "مصففة شعر", "Hairdresser", "F"),
    Job("522301", "بائع", "Shop assistant"),
    Job("611301", "عامل زراعي", "Agricultural worker"),
    Job("711201", "بناء", "Bricklayer"),
    Job("711401", "نجار مسلح", "Formwork carpenter"),
    Job("711501", "حداد مسلح", "Steel fixer"),
    Job("712601", "سباك", "Plumber"),
    Job("713101", "دهان", "Painter"),
    Job("721201", "لحام", "Welder"),
    Job("723101", "ميكانيكي سيارات", "Car mechanic"),
    Job("741101", "كهربائي مبان", "Building electrician"),
    Job("753101", "خياط", "Tailor"),
    Job("833201", "سائق شاحنة", "Lorry driver"),
    Job("834301", "مشغل رافعة", "Crane operator"),
    Job("911201", "عامل نظافة", "Cleaner", "MF"),
    Job("931301", "عامل بناء", "Building labourer"),
    Job("933301", "عامل تحميل وتنزيل", "Loading worker"),
    Job("516101", "مربية أطفال", "Nanny", "F", domestic=True),
    Job("911101", "عاملة منزلية", "House worker", "F", domestic=True),
    Job("832201", "سائق خاص", "Private driver", domestic=True),
    Job("921401", "مزارع منزلي", "House gardener", domestic=True),
    Job("541401", "حارس منزل", "House guard", domestic=True),
)
