# Two commands on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
SEED   := niger-2023-11-15

.PHONY: demo test test-fast lint fuzz benchmark clean

# The environment is made once; the stamp says which requirements it was made from.
$(VENV)/.installed: setup.cfg pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[test,web]'
	touch $@

demo: $(VENV)/.installed
	$(BIN)/corpus-tools run seeds/ --annotations annotations/ --out report/ --judge $(SEED)

# Two processes of one thread each; a file's tests stay together. Threads of torch that wait for each other cost tenfold.
# Bytecode is kept, whatever the shell says: or each process, and each command that a test starts, compiles everything.
PYTEST := PYTHONDONTWRITEBYTECODE= OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses 2 --dist loadfile

test: $(VENV)/.installed lint
	$(PYTEST)

test-fast: $(VENV)/.installed
	$(PYTEST) -m "not slow"

lint: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/mypy

# A million spoilt logs, and as many damaged files as there is patience for.
fuzz: $(VENV)/.installed
	$(BIN)/python benchmarks/fuzz_reader.py --inputs 1000000

# Parsing against the loop that everybody writes. Give other articles with ARTICLES=…, a sample of them with SAMPLE=40.
ARTICLES ?= seeds
SAMPLE   ?=
benchmark: $(VENV)/.installed
	$(BIN)/python benchmarks/parsing.py $(ARTICLES) $(if $(SAMPLE),--articles $(SAMPLE)) --json benchmarks/results.json

clean:
	rm -rf $(VENV) report build dist *.egg-info .corpus_tools .pytest_cache .mypy_cache .ruff_cache .hypothesis
