"""Names in both scripts, by people and faith, as the generator reads them: one name after the other, Arabic then Latin."""

import re
from dataclasses import dataclass, field

Pair = tuple[str, str]
Pairs = tuple[Pair, ...]

_PAIR = re.compile("([\u0600-\u06ff ]+) ([A-Za-z' -]+)")


def pairs(text: str) -> Pairs:
    """The names of a text such as «علي ALI, عبد الله ABDULLAH»."""
    return tuple((found[1].strip(), found[2].strip()) for found in map(_PAIR.fullmatch, re.split(r"\s*,\s*", text.strip())) if found)


@dataclass(frozen=True)
class Culture:
    """How people of one nationality and faith are called."""

    nationality: str
    religion: str
    thousands: int  # in the Kingdom
    parts: int  # 4: own, father's, grandfather's, family name; 3: without the grandfather's
    men: Pairs
    women: Pairs
    families: Pairs
    wives: Pairs = field(default=())  # family names of women, where they do not bear their father's or husband's
    wife_takes_name: bool = False


# The eight largest nationalities of the census of 2022, in thousands; shares of faiths are rough.
CULTURES = (
    Culture(
        "BD", "muslim", 2116, 3,
        men=pairs(
            "محمد رفيق MOHAMMAD RAFIQ, محمد كريم MOHAMMAD KARIM, عبد الجبار ABDUL JABBAR, شاه جهان SHAH JAHAN, نور الإسلام NURUL ISLAM,"
            "جهانغير JAHANGIR, ميزان الرحمن MIZANUR RAHMAN, سيف الإسلام SAIFUL ISLAM, أنور ANWAR, بلال BILLAL, ركن الدين RUKUNUDDIN,"
            "حبيب HABIB, عالمغير ALAMGIR, فاروق FARUK, مأمون MAMUN, شفيق الإسلام SHAFIQUL ISLAM"
        ),
        women=pairs(
            "فاطمة FATEMA, رحيمة RAHIMA, نسرين NASRIN, سلمى SALMA, شاهناز SHAHNAZ, ربيعة RABEYA, مريم MORIOM, تسليمة TASLIMA,"
            "روكسانا ROKSANA, ياسمين JASMIN"
        ),
        families=pairs(
            "حسين HOSSAIN, ميا MIA, شيخ SHEIKH, خان KHAN, شودري CHOWDHURY, علي ALI, أحمد AHMED, سركار SARKER, مولا MOLLA,"
            "حولدار HOWLADER, تالوكدار TALUKDER"
        ),
        wives=pairs("بيغم BEGUM, خاتون KHATUN, أختر AKTER"),
    ),
    Culture(
        "IN", "muslim", 1000, 3,
        men=pairs(
            "محمد أشرف MOHAMMED ASHRAF, عبد الرزاق ABDUL RAZAK, شمس الدين SHAMSUDHEEN, نوشاد NOUSHAD, رياض RIYAS, صادق SADIQUE,"
            "عمران IMRAN, فيروز FIROZ, نظام الدين NIZAMUDDIN, إرشاد IRSHAD, عبد السلام ABDUL SALAM, جعفر JAFAR"
        ),
        women=pairs("عائشة AYESHA, شاهينا SHAHINA, رضية RAZIYA, نفيسة NAFEESA, فريدة FAREEDA, سميرة SAMEERA, زينب ZAINAB"),
        families=pairs("خان KHAN, أنصاري ANSARI, شيخ SHAIKH, قريشي QURESHI, باثان PATHAN, كويا KOYA, محيي الدين MOIDEEN, سيد SAYYED"),
        wives=pairs("بيغم BEGUM, بانو BANU, بيبي BEEVI"),
    ),
    Culture(
        "IN", "other", 650, 3,
        men=pairs(
            "راجيش RAJESH, سوريش SURESH, راميش RAMESH, أنيل ANIL, فيجاي VIJAY, سنجاي SANJAY, براكاش PRAKASH, مانوج MANOJ, أرون ARUN,"
            "كريشنا KRISHNA, ديباك DEEPAK, غوبال GOPAL"
        ),
        women=pairs("لاكشمي LAKSHMI, بريا PRIYA, سونيتا SUNITA, أنيتا ANITA, كافيتا KAVITA, ديفيا DIVYA, راديكا RADHIKA"),
        families=pairs(
            "كومار KUMAR, شارما SHARMA, سينغ SINGH, ناير NAIR, ريدي REDDY, بيلاي PILLAI, ياداف YADAV, باتيل PATEL, غوبتا GUPTA"
        ),
        wife_takes_name=True,
    ),
    Culture(
        "IN", "christian", 234, 3,
        men=pairs("توماس THOMAS, جوسيف JOSEPH, جورج GEORGE, ماثيو MATHEW, شيبو SHIBU, بيجو BIJU, أنتوني ANTONY"),
        women=pairs("ماري MARY, آني ANNIE, سوزان SUSAN, شيرلي SHIRLEY, ليسي LISSY, بينسي BINCY"),
        families=pairs("فارغيز VARGHESE, كوريان KURIAN, أبراهام ABRAHAM, تشاكو CHACKO, فيليب PHILIP, جون JOHN"),
        wife_takes_name=True,
    ),
    Culture(
        "PK", "muslim", 1814, 3,
        men=pairs(
            "محمد أسلم MUHAMMAD ASLAM, محمد أكرم MUHAMMAD AKRAM, غلام رسول GHULAM RASOOL, ذو الفقار ZULFIQAR, عمران IMRAN, نديم NADEEM,"
            "طارق TARIQ, شهزاد SHAHZAD, ناصر NASIR, وقاص WAQAS, عديل ADEEL, بشير BASHIR, گل زمان GUL ZAMAN"
        ),
        women=pairs("نازية NAZIA, صائمة SAIMA, رخسانة RUKHSANA, شازية SHAZIA, فوزية FOZIA, سميرة SUMAIRA, ثمينة SAMINA"),
        families=pairs(
            "خان KHAN, أحمد AHMED, حسين HUSSAIN, محمود MEHMOOD, إقبال IQBAL, بٹ BUTT, خٹک KHATTAK, آفريدي AFRIDI, شودري CHAUDHRY,"
            "ملك MALIK, شاه SHAH"
        ),
        wives=pairs("بيبي BIBI, كوثر KAUSAR, بروين PARVEEN, أختر AKHTAR"),
    ),
    Culture(
        "YE", "muslim", 1803, 4,
        men=pairs(
            "علي ALI, صالح SALEH, عبد الله ABDULLAH, محمد MOHAMMED, أحمد AHMED, ناصر NASSER, قاسم QASEM, يحيى YAHYA, حسين HUSSEIN,"
            "فؤاد FOUAD, عبده ABDO, مجاهد MUJAHED, سالم SALEM, عوض AWADH"
        ),
        women=pairs("أمة الله AMATULLAH, بلقيس BALQIS, فاطمة FATIMA, أروى ARWA, نجاة NAJAT, حورية HOORIA, سعيدة SAEEDA"),
        families=pairs(
            "الحضرمي AL HADRAMI, باوزير BAWAZIR, العولقي AL AWLAKI, اليافعي AL YAFEI, المقطري AL MAQTARI, الصبري AL SABRI,"
            "العريقي AL ARIQI, الشرعبي AL SHARABI, القدسي AL QADASI, بن بريك BIN BRAIK"
        ),
    ),
    Culture(
        "EG", "muslim", 1350, 4,
        men=pairs(
            "محمود MAHMOUD, أحمد AHMED, مصطفى MOSTAFA, إبراهيم IBRAHIM, خالد KHALED, طارق TAREK, عمرو AMR, أشرف ASHRAF, هاني HANY,"
            "حسام HOSSAM, عبد الرحمن ABDELRAHMAN, سامح SAMEH, رضا REDA"
        ),
        women=pairs("منى MONA, هبة HEBA, نهى NOHA, دعاء DOAA, إيمان EMAN, سارة SARA, ياسمين YASMIN, رانيا RANIA, أسماء ASMAA"),
        families=pairs(
            "السيد ELSAYED, عبد العزيز ABDELAZIZ, الشافعي ELSHAFEI, المنشاوي ELMENSHAWY, عبد الفتاح ABDELFATTAH, زيدان ZIDAN,"
            "البنا ELBANNA, الجوهري ELGOHARY, شاهين SHAHEEN, سالم SALEM"
        ),
    ),
    Culture(
        "EG", "christian", 121, 4,
        men=pairs("مينا MINA, جرجس GERGES, بطرس BOUTROS, مايكل MICHAEL, رامي RAMY, عماد EMAD, نبيل NABIL"),
        women=pairs("مريم MARIAM, ماري MARY, كريستين CHRISTINE, إيريني IRENE, مارينا MARINA"),
        families=pairs("حنا HANNA, غطاس GHATTAS, عبد المسيح ABDELMESSIH, ميخائيل MIKHAIL, غالي GHALY"),
    ),
    Culture(
        "SD", "muslim", 819, 4,
        men=pairs(
            "عثمان OSMAN, الطيب ELTAYEB, عبد القادر ABDELGADIR, عوض AWAD, آدم ADAM, محجوب MAHGOUB, الهادي ELHADI, معاوية MUAWIA,"
            "ياسر YASIR, إدريس IDRIS, بابكر BABIKER"
        ),
        women=pairs("إحسان IHSAN, أميرة AMIRA, سلوى SALWA, هدى HUDA, تهاني TAHANI, عواطف AWATIF, رحاب REHAB"),
        families=pairs(
            "عبد الرحيم ABDELRAHIM, النور ELNOUR, خوجلي KHOGALI, الأمين ELAMIN, بشير BASHIR, حمد HAMAD, دفع الله DAFALLA, مكي MEKKI"
        ),
    ),
    Culture(
        "PH", "christian", 640, 3,
        men=pairs(
            "جون مارك JOHN MARK, خوسيه JOSE, روبرتو ROBERTO, ريكاردو RICARDO, جيرالد GERALD, أرنيل ARNEL, رودريغو RODRIGO, دانيلو DANILO"
        ),
        women=pairs(
            "ماريا كريستينا MARIA CRISTINA, روزالي ROSALIE, جينيفر JENNIFER, جوسلين JOCELYN, ماريسيل MARICEL, غليندا GLENDA,"
            "أنجيليكا ANGELICA, روينا ROWENA"
        ),
        families=pairs(
            "سانتوس SANTOS, رييس REYES, كروز CRUZ, باوتيستا BAUTISTA, غارسيا GARCIA, راموس RAMOS, ميندوزا MENDOZA,"
            "فيلانويفا VILLANUEVA, ديلا كروز DELA CRUZ"
        ),
        wife_takes_name=True,
    ),
    Culture(
        "PH", "muslim", 85, 3,
        men=pairs("عبد الحميد ABDUL HAMID, نصر الدين NASRUDDIN, جمال JAMAL, حمزة HAMZA, عثمان USMAN, يوسف YUSOPH"),
        women=pairs("نور عائشة NOR AISAH, سيتي فاطمة SITTIE FATIMA, جميلة JAMILA, رقية ROQAIYA, حليمة HALIMA, أمينة AMINA"),
        families=pairs("أمباتوان AMPATUAN, سليمان SULAIMAN, ديماكوتا DIMAKUTA, بانغانداغ PANGANDAG"),
    ),
    Culture(
        "SY", "muslim", 420, 4,
        men=pairs("عمر OMAR, ياسر YASER, زياد ZIAD, أنس ANAS, مازن MAZEN, بسام BASSAM, غسان GHASSAN, وليد WALID, ماهر MAHER, حسن HASAN"),
        women=pairs("هالة HALA, رشا RASHA, لينا LINA, غادة GHADA, سوسن SAWSAN, نور NOUR, ريم REEM"),
        families=pairs(
            "الحلبي ALHALABI, الشامي ALSHAMI, الحموي ALHAMWI, قباني KABBANI, العظم ALAZEM, الدروبي ALDROUBI, الخطيب ALKHATIB, ديب DEEB"
        ),
    ),
    Culture(
        "SY", "christian", 29, 4,
        men=pairs("إلياس ELIAS, جورج GEORGES, طوني TONY, ميشيل MICHEL"),
        women=pairs("ماريا MARIA, رلى RULA, جورجيت GEORGETTE, ميرنا MIRNA, جوزفين JOSEPHINE"),
        families=pairs("حداد HADDAD, خوري KHOURY, عطا الله ATALLAH"),
    ),
)  # fmt: skip

SAUDI_MEN = pairs(
    "عبد العزيز ABDULAZIZ, فهد FAHAD, سعود SAUD, تركي TURKI, ماجد MAJED, نايف NAIF, بندر BANDAR, سلطان SULTAN, مشعل MISHAAL, خالد KHALID"
)
SAUDI_WOMEN = pairs("نورة NOURA, سارة SARAH, هيا HAYA, ريم REEM, منيرة MUNIRA, لطيفة LATIFA, العنود ALANOUD, جواهر JAWAHER")
SAUDI_FAMILIES = pairs(
    "الحربي ALHARBI, القحطاني ALQAHTANI, العتيبي ALOTAIBI, الزهراني ALZAHRANI, الغامدي ALGHAMDI, الدوسري ALDOSARI, الشمري ALSHAMMARI,"
    "المطيري ALMUTAIRI, السبيعي ALSUBAIE, الشهري ALSHEHRI"
)

ESTABLISHMENTS = pairs(
    "شركة آفاق العمران للمقاولات Afaq Al-Omran Contracting Company,"
    "مؤسسة واحة النخيل التجارية Palm Oasis Trading Establishment,"
    "شركة درة الشرق الطبية Pearl of the East Medical Company,"
    "مصنع الرمال الذهبية للخرسانة Golden Sands Concrete Factory,"
    "شركة جسور الخليج للنقل Gulf Bridges Transport Company,"
    "مطاعم بيت الهيل Bait Al-Hail Restaurants"
)
TRADES = pairs(
    "للمقاولات Contracting, للتشغيل والصيانة Operation and Maintenance, للتجارة Trading, للأغذية Foods, للنقليات Haulage,"
    "لتقنية المعلومات Information Technology, للخدمات الزراعية Agricultural Services, للأثاث Furniture, للسيارات Motors"
)
HOUSES = pairs(
    "شركة رواد الجزيرة Ruwwad Al-Jazirah, شركة سواعد نجد Sawaed Najd, مؤسسة ينابيع الخير Yanabee Al-Khair, شركة قمم عسير Qimam Asir,"
    "مؤسسة شاطئ الغروب Sunset Shore, شركة نسائم تهامة Nasaem Tihamah, مؤسسة ركن الإتقان Rukn Al-Itqan, شركة مدار الشمال Madar Al-Shamal,"
    "مؤسسة بصمة الماهر Basmat Al-Maher, شركة أبراج الياقوت Yaqout Towers"
)
CITIES = pairs("الرياض Riyadh, جدة Jeddah, الدمام Dammam")
PORTS = ("مطار الملك خالد الدولي", "مطار الملك عبد العزيز الدولي", "مطار الملك فهد الدولي", "منفذ البطحاء", "جسر الملك فهد")

# Every part as long as the register takes it: forty characters, in both scripts.
LONGEST = (
    ("فينكاتاسوبرامانيان سري راماكريشنا شاستري", "VENKATASUBRAMANIAN SRI RAMAKRISHNASASTRI"),
    ("لاكشمي نارايانا سوامي شيفا سوبرامانيا را", "LAKSHMINARAYANASWAMY SIVASUBRAMANIANRAJU"),
    ("تيروفينكاتاتشاريار كريشنامورثي شارما راو", "THIRUVENKATACHARIAR KRISHNAMURTHY SHARMA"),
    ("بوساباتي فينكاتا ساتيانارايانا فارما راو", "POOSAPATI VENKATA SATYANARAYANA VARMAJEE"),
)
