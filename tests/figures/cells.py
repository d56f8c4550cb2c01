# Files of CSV as Python's csv reads them, for cells.mjs: stdin lists them, each becomes a line of JSON,
# [["cell", …], …].
import csv
import json
import sys

for table in json.load(sys.stdin):
    with open(table["file"], newline="", encoding=table["encoding"]["python"]) as file:
        rows = [row for row in csv.reader(file, delimiter=table["delimiter"]) if row]
    print(json.dumps(rows))
