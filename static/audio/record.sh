#!/bin/sh
# Speaks the ten digits of the captcha anew, into static/audio/LANGUAGE/0.wav … 9.wav.
# Needs Debian's espeak-ng and sox.
#
# A recording is a WAV file of 8,000 unsigned 8-bit samples a second, one channel,
# a tenth of a second to one and a half long, without silence at its ends. Any voice may replace
# these: put ten such files in a folder named like the language of a catalogue, and
# the captcha speaks it; a language without a folder is offered no recording.
set -eu
cd "$(dirname "$0")"

speak() { # language, espeak voice, words a minute, then the words for 0 to 9
  language=$1 voice=$2 speed=$3
  shift 3
  mkdir -p "$language"
  digit=0
  for word in "$@"; do
    espeak-ng -v "$voice" -s "$speed" -p 45 --stdout -- "$word" |
      sox -R -t wav - -r 8000 -c 1 -b 8 -e unsigned-integer -D "$language/$digit.wav" \
        silence 1 0.005 0.7% reverse silence 1 0.005 0.7% reverse norm -2
    digit=$((digit + 1))
  done
}

speak fr fr-fr 120 zéro un deux trois quatre cinq six sept huit neuf
speak en en-gb 120 zero one two three four five six seven eight nine
