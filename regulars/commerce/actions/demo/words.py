"""The words of the demo's team: invented, like the team."""

TEAMS = ("Shop", "Trade")
MEMBERS = [
    ("Grace Okafor", "manager", "Shop", "Head of customer care"),
    ("Ben Whitcombe", "agent", "Shop", "Customer care"),
    ("Maya Lindholm", "agent", "Trade", "Trade accounts"),
    ("Theo Marsh", "marketer", "", "Marketing"),
    ("Ines Duarte", "analyst", "", "Analyst"),
]
TAGS = [("Reseller", "blue"), ("Top customer", "amber"), ("Abroad", "teal")]
BOX, CATALOGUE = "Gift box of the month", "Trade catalogue with samples"

NOTES = [
    "Rang to ask whether the **retrospot** range comes back before spring. Promised to write as soon as we know. {colleague} can you check with the supplier?",
    "{first} opens a second shop in May and wants a wholesale list for it. Very happy with the packing so far.",
    "Two cake stands arrived chipped. Sent replacements the same day without asking for photos; {first} was surprised and pleased.",
    "Would like one delivery a month instead of many small ones. Agreed to collect orders until the last Thursday.",
    "Asked for gift receipts without prices. Now set for every order.",
    "Met at the autumn fair. Loves the paper lanterns, finds the candle tins too small.\n\n- wants samples of the new lanterns\n- asks about a bigger tin",
    "Paid twice by mistake, refunded within the hour. Said nobody ever was that quick.",
    "{first} recommended us to a friend who runs a tea room. {colleague} please look out for her first order.",
    "Careful with the ribbon colours: last time we sent ivory instead of cream, and it mattered.",
    "Prefers a call in the morning, never on Mondays.",
    "Wrote a kind review about the hand-written card in the parcel. Asked whether we may quote it; yes.",
    "Their Christmas order comes early every year. Reserve the zinc stars in August.",
    "Complained about the courier, not about us. Changed to the other carrier for this address.",
    "Looking for something for sixty wedding guests under £3 each. Suggested the heart t-light holders; sent a picture.",
]
TASKS = [
    "Call {first} about the late parcel",
    "Send {first} the spring wholesale list",
    "Ask {first} how the cake stands are doing",
    "Thank {first} for the recommendation",
    "Check stock of retrospot bags for {first}",
    "Offer {first} one delivery a month",
    "Send samples of the new lanterns to {first}",
    "Ask {first} for a photo of the shop window",
]
MEMOS = [
    "Has a dog named Biscuit",
    "Runs the tea room by the harbour",
    "Collects blue enamel",
    "Allergic to lavender: no sachets in the parcel",
    "Daughter starts school this year",
    "Sings in a choir, concerts in December",
    "Met us first at the craft fair",
    "Always orders a card for the neighbour too",
    "Restores an old narrowboat",
    "Bakes for the village fête",
    "Speaks Welsh, loves a “diolch” at the end of a letter",
    "Buys for three sisters, each with her own colour",
]
PREFERENCES = [
    ("preference", "Paper instead of plastic packing"),
    ("preference", "Delivery to the shop, not home"),
    ("preference", "Invoices by e-mail only"),
    ("need", "Delivery before Friday noon"),
    ("need", "Matching sets, no single pieces"),
    ("goal", "Wants to open a second shop"),
    ("goal", "Planning a wedding in June"),
]
