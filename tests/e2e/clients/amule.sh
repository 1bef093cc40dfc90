#!/bin/sh
# Downloads by a real client, amuled 2.3.3.
. "$(dirname "$0")/../clients/amule_lib.sh"

foreign='Grüße – 音.bin'
random_file "$files/small.bin" 100000
random_file "$files/$foreign" 100000
random_file "$files/large.bin" 31457280
serve_amules

downloads 2 small.bin 3 "$foreign"
wait_for 5 was_sent small.bin 1
wait_for 5 was_sent "$foreign" 1

downloads 2 large.bin
wait_for 5 was_sent large.bin 1

downloads 2 large.bin 3 large.bin
wait_for 5 was_sent large.bin 3

all_went_well
