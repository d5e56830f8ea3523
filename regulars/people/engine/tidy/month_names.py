"""Month names as they stand in files, by the start of their folded form; the longest start that fits wins."""

_MONTHS = {
    1: "jan january januar januari janvier enero gennaio janeiro tammikuu tammikuuta sausio sausis styczen stycznia januari ocak ene ianuarie leden ledna januara sijecanj",
    2: "feb february februar februari fevrier fev febrero febbraio fevereiro helmikuu helmikuuta vasario vasaris luty lutego subat unor unora veljaca",
    3: "mar march marz maerz mars marzo marco maaliskuu maaliskuuta kovo kovas marzec marca marcius mart brezen brezna maart ozujak mrz mrt",
    4: "apr april avril avr abril abr aprile huhtikuu huhtikuuta balandzio balandis kwiecien kwietnia aprilis nisan duben dubna travanj",
    5: "may mai mayo maggio maio toukokuu toukokuuta geguzes geguze maj maja majus mayis kveten kvetna mei svibanj mag",
    6: "jun june juni juin junio giugno junho kesakuu kesakuuta birzelio birzelis czerwiec czerwca junius haziran cerven cervna lipanj giu",
    7: "jul july juli juillet juil julio luglio julho heinakuu heinakuuta liepos liepa lipiec lipca julius temmuz cervenec cervence srpanj lug",
    8: "aug august aout agosto ago elokuu elokuuta rugpjucio rugpjutis sierpien sierpnia augusztus agustos srpen srpna augustus kolovoz",
    9: "sep sept september septembre septiembre settembre setembro set syyskuu syyskuuta rugsejo rugsejis wrzesien wrzesnia szeptember eylul zari szept rujan",
    10: "oct okt october oktober octobre octubre ottobre outubro out lokakuu lokakuuta spalio spalis pazdziernik pazdziernika ekim rijen rijna ott",
    11: "nov november novembre noviembre novembro marraskuu marraskuuta lapkricio lapkritis listopad listopada kasim studeni",
    12: "dec dez des dic december dezember desember decembre diciembre dicembre dezembro joulukuu joulukuuta gruodzio gruodis grudzien grudnia aralik prosinec prosince prosinac",
}
MONTHS: dict[str, int] = {name: month for month, names in _MONTHS.items() for name in names.split()}
