#!/bin/sh
# What others wrote reaches a terminal by one file, src/cmd/output.c: no other of cmd/ writes to stderr by itself.
# Prints every violation; exits 1 if there is any. And rooms that return errors do not log.
set -u
found=$(grep -nE 'printf\(stderr|perror\(|fwrite\(|fputs\([^()]*, *stderr\)' src/cmd/*.c | grep -v '^src/cmd/output\.c:')
[ -z "$found" ] || { echo "$found"; echo 'print what others wrote by src/cmd/output.h'; exit 1; }
logged=$(grep -nE 'log_record\(' src/domain/*.c src/config/*.c src/codec/*.c src/store/*.c src/store/*/*.c src/catalog/*.c src/query/*.c)
[ -z "$logged" ] || { echo "$logged"; echo 'return an error: these rooms log nothing'; exit 1; }
