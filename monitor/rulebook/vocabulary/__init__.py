"""What a rule file may say: every mapping, its keys in their order, and what stands under each.

One description for all who need one. The readers take their lists of keys from it, `limen fmt` the order and
the kind of each value, `limen schema` all of it. A new key is declared here and read where its mapping is
read; nothing else has to know of it.
"""
