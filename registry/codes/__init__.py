"""Code lists: the label a person reads, the code that is stored, and the words clerks use instead.

>>> code_list("ethnicity").find("汉")
Code(code='01', label='汉族')
"""

from registry.codes.lists import Code, CodeList, code_list

__all__ = ["Code", "CodeList", "code_list"]
