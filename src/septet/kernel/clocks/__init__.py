"""Clocks: how long records of types that declare `clocks` take to be answered and resolved, against what was promised.

`book` holds the promises in force and chooses the one that fits, `facts` what of a record moves its clocks, `rows` the
derived `Clock` rows, `keep` brings them up to date with every change, `events` tells the journal what time has done.
"""
