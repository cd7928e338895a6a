package challenge

import (
	"encoding/binary"
	"errors"
)

// sampleRate of every recording and of what is mixed from them.
const sampleRate = 8000

var errWave = errors.New("not a WAV file of 8,000 unsigned 8-bit samples a second, one channel")

// readWave returns the samples of a WAV file, as they are written: 128 is silence.
func readWave(file []byte) ([]byte, error) {
	if len(file) < 12 || string(file[:4]) != "RIFF" || string(file[8:12]) != "WAVE" {
		return nil, errWave
	}
	known := false
	for rest := file[12:]; len(rest) >= 8; {
		name, size := string(rest[:4]), binary.LittleEndian.Uint32(rest[4:8])
		rest = rest[8:]
		if uint64(size) > uint64(len(rest)) {
			return nil, errWave
		}
		content := rest[:size]
		switch name {
		case "fmt ":
			if size < 16 {
				return nil, errWave
			}
			// PCM, one channel, the rate, 8 bits a sample.
			known = binary.LittleEndian.Uint16(content) == 1 && binary.LittleEndian.Uint16(content[2:]) == 1 &&
				binary.LittleEndian.Uint32(content[4:]) == sampleRate && binary.LittleEndian.Uint16(content[14:]) == 8
		case "data":
			if !known {
				return nil, errWave
			}
			return content, nil
		}
		rest = rest[min(len(rest), int(size+size%2)):] // chunks begin at even places
	}
	return nil, errWave
}

// writeWave puts the header of a WAV file before samples.
func writeWave(samples []byte) []byte {
	padded := uint32(len(samples) + len(samples)%2)
	file := make([]byte, 0, 44+padded)
	file = append(file, "RIFF"...)
	file = binary.LittleEndian.AppendUint32(file, 36+padded)
	file = append(file, "WAVEfmt "...)
	file = binary.LittleEndian.AppendUint32(file, 16)
	file = binary.LittleEndian.AppendUint16(file, 1)          // PCM
	file = binary.LittleEndian.AppendUint16(file, 1)          // channels
	file = binary.LittleEndian.AppendUint32(file, sampleRate) // samples a second
	file = binary.LittleEndian.AppendUint32(file, sampleRate) // bytes a second
	file = binary.LittleEndian.AppendUint16(file, 1)          // bytes a sample
	file = binary.LittleEndian.AppendUint16(file, 8)          // bits a sample
	file = append(file, "data"...)
	file = binary.LittleEndian.AppendUint32(file, uint32(len(samples)))
	file = append(file, samples...)
	if len(samples)%2 == 1 {
		file = append(file, 128)
	}
	return file
}
