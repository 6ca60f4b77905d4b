"""Standard characters for the private-use ones of older Chinese encodings.

GBK and GB 18030-2000 gave two-byte codes 0xFE50 to 0xFEA0 to characters that Unicode did not have
then; systems kept them as U+E815 to U+E864. GB 18030-2005 and -2022 name them properly.
"""

# In the order of the private-use code points, sixteen to a line.
_FIRST = 0xE815
_STANDARD = (
    "⺁𠂇𠂉𠃌⺄㑳㑇⺈⺋龴㖞㘚㘎⺌⺗㥮"
    "㤘龵㧏㧟㩳㧐龶龷㭎㱮㳠⺧𡗗龸⺪䁖"
    "䅟⺮䌷⺳⺶⺷𢦏䎱䎬⺻䏝䓖䙡䙌龹䜣"
    "䜩䝼䞍⻊䥇䥺䥽䦂䦃䦅䦆䦟䦛䦷䦶龺"
    "𤇾䲣䲟䲠䲡䱷䲢䴓䴔䴕䴖䴗䴘䴙䶮龻"
)

STANDARD_FOR_PRIVATE_USE: dict[str, str] = {
    chr(_FIRST + place): standard for place, standard in enumerate(_STANDARD)
}
