"""The portal's icons: drawn on a 24 × 24 grid with one pen, coloured by the text around them."""

# Arrows that point along the line of writing; they are mirrored where it runs from right to left.
TURNING = frozenset({"back", "leave", "next", "out"})

ICONS = {
    "alert": '<path d="M12 3.5 2.5 20h19zM12 10v4.5M12 17.3v.01"/>',
    "back": '<path d="m15 5-7 7 7 7"/>',
    "bell": '<path d="M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 2h-15zM10 21h4"/>',
    "building": '<path d="M5 20.5V4h9v16.5M14 9.5h5v11M3 20.5h18M8 8h3M8 12h3M8 16h3"/>',
    "card": '<path d="M3 5.5h18v13H3zM3 10h18M6.5 14.5h4"/>',
    "check": '<path d="m5 12.5 4.5 4.5L19 7.5"/>',
    "clock": '<circle cx="12" cy="12" r="9"/><path d="M12 7v5.3l3.5 2"/>',
    "down": '<path d="m6 9 6 6 6-6"/>',
    "download": '<path d="M12 4v11M7.5 11l4.5 4.5 4.5-4.5M5 20h14"/>',
    "home": '<path d="M4 11 12 4l8 7M6 9.5V20h12V9.5M10 20v-6h4v6"/>',
    "info": '<circle cx="12" cy="12" r="9"/><path d="M12 11v5M12 8v.01"/>',
    "leave": '<path d="M6 20.5V3.5h8M14 3.5V8M14 16v4.5H3M11 12h10M18 9l3 3-3 3"/>',
    "list": '<path d="M9 6h11M9 12h11M9 18h11M4.5 6h.01M4.5 12h.01M4.5 18h.01"/>',
    "lock": '<path d="M5 10.5h14v10H5zM8 10.5V7.5a4 4 0 0 1 8 0v3"/>',
    "met": '<circle cx="12" cy="12" r="9"/><path d="m8 12.3 2.8 2.8L16 9.7"/>',
    "next": '<path d="m9 5 7 7-7 7"/>',
    "out": '<path d="M14 3.5H5v17h9M10 12h11M18 9l3 3-3 3"/>',
    "page": '<path d="M6 3h8l4.5 4.5V21H6zM14 3v4.5h4.5M9 12.5h6M9 16h6"/>',
    "passport": '<path d="M5 3h14v18H5zM9 17.5h6"/><circle cx="12" cy="10" r="3.5"/>',
    "people": (
        '<circle cx="9" cy="8.5" r="3.5"/><path d="M2.5 19.5c.6-3.5 3.2-5.3 6.5-5.3s5.9 1.8 6.5 5.3'
        'M15.5 5.3a3.5 3.5 0 0 1 0 6.4M18 14.8c2 .7 3.2 2.3 3.5 4.7"/>'
    ),
    "person": '<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5c.8-4 3.8-6 7.5-6s6.7 2 7.5 6"/>',
    "phone": '<path d="M7.5 2.5h9v19h-9zM11 18.5h2"/>',
    "plane": ('<path d="M10.5 13.5 3 11l1.5-1.5 7 .5 5.2-5.2c1-1 2.7-1.3 3.3-.8.5.6.2 2.3-.8 3.3L14 12.5l.5 7L13 21z"/>'),
    "print": '<path d="M7 8.5V3.5h10v5M7 17H4V8.5h16V17h-3M7 13.5h10v7H7z"/>',
    "renew": '<path d="M20 11.5a8 8 0 0 0-14.3-4L4 9.5M4 4.5v5h5M4 12.5a8 8 0 0 0 14.3 4l1.7-2M20 19.5v-5h-5"/>',
    "scan": '<path d="M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M7 12h10"/>',
    "search": '<circle cx="11" cy="11" r="6.5"/><path d="m16 16 4.5 4.5"/>',
    "services": '<path d="M4 4h6.5v6.5H4zM13.5 4H20v6.5h-6.5zM4 13.5h6.5V20H4zM13.5 13.5H20V20h-6.5z"/>',
    "shield": '<path d="M12 3 4.5 6v5.5c0 4.5 3 7.8 7.5 9.5 4.5-1.7 7.5-5 7.5-9.5V6zM8.5 12l2.5 2.5 4.5-5"/>',
    "unmet": '<circle cx="12" cy="12" r="9"/><path d="m9 9 6 6M15 9l-6 6"/>',
    "wallet": '<path d="M3.5 6.5h15v13h-15zM3.5 6.5l11-3v3M21 11h-5.5v4H21zM21 11v4"/>',
}
