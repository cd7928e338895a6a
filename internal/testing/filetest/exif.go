package filetest

import (
	"bytes"
	"encoding/binary"
)

// An entry of a directory of EXIF.
type entry struct {
	tag, kind uint16
	count     uint32
	value     []byte
}

func text(tag uint16, s string) entry { return entry{tag, 2, uint32(len(s) + 1), append([]byte(s), 0)} }

func long(tag uint16, v int) entry {
	return entry{tag, 4, 1, binary.LittleEndian.AppendUint32(nil, uint32(v))}
}

func rationals(tag uint16, values ...uint32) entry {
	var b []byte
	for _, v := range values {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	return entry{tag, 5, uint32(len(values) / 2), b}
}

// directory writes entries, and after them what does not fit into one.
func directory(at int, entries []entry) []byte {
	order := binary.LittleEndian
	head := order.AppendUint16(nil, uint16(len(entries)))
	var rest []byte
	next := at + 2 + 12*len(entries) + 4
	for _, e := range entries {
		head = order.AppendUint32(order.AppendUint16(order.AppendUint16(head, e.tag), e.kind), e.count)
		if len(e.value) <= 4 {
			head = append(append(head, e.value...), make([]byte, 4-len(e.value))...)
			continue
		}
		head = order.AppendUint32(head, uint32(next+len(rest)))
		rest = append(rest, e.value...)
	}
	return append(append(head, 0, 0, 0, 0), rest...)
}

// Device is what [EXIF] names; it is text like any other.
const Device = "Fabricant Modèle <b>7</b>"

// EXIF is what a telephone writes: how it was held, when, where, and what it is.
func EXIF(orientation int) []byte {
	first := func(exifAt, gpsAt int) []byte {
		return directory(8, []entry{text(0x10f, "Fabricant"), text(0x110, "Modèle <b>7</b>"),
			{0x112, 3, 1, binary.LittleEndian.AppendUint16(nil, uint16(orientation))}, long(0x8769, exifAt), long(0x8825, gpsAt)})
	}
	exifAt := 8 + len(first(0, 0))
	taken := directory(exifAt, []entry{text(0x9003, "2026:03:14 18:05:09"), text(0x9011, "+01:00")})
	gps := directory(exifAt+len(taken), []entry{text(1, "N"), rationals(2, 48, 1, 51, 1, 24, 1), text(3, "E"), rationals(4, 2, 1, 21, 1, 3, 1)})
	tiff := append([]byte("II*\x00\x08\x00\x00\x00"), first(exifAt, exifAt+len(taken))...)
	return append(append(tiff, taken...), gps...)
}

// WithEXIF puts metadata into a JPEG.
func WithEXIF(jpeg, tiff []byte) []byte {
	segment := append([]byte("Exif\x00\x00"), tiff...)
	head := binary.BigEndian.AppendUint16([]byte{0xff, 0xd8, 0xff, 0xe1}, uint16(len(segment)+2))
	return append(append(bytes.Clone(head), segment...), jpeg[2:]...)
}
