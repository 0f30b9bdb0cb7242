"""Public benchmarks: original files in, the official figure out, the published figures beside it.

One module a data set says where it is published, how its files are read, what is known to be wrong with its split and
how it is scored; `running` trains and predicts with the public classes and nothing else.
"""
