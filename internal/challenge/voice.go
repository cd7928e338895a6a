package challenge

import (
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"slices"

	"recueil/internal/secret"
)

// A Voice speaks digits in one language. dchest/captcha speaks English, Russian,
// Chinese, Japanese and Portuguese, and English when it is asked for French; what
// is spoken here is mixed from ten recordings, which static/audio/record.sh makes.
type Voice struct{ digits [10][]float32 }

// LoadVoices reads a folder for each language, 0.wav to 9.wav in each.
func LoadVoices(files fs.FS) (map[string]*Voice, error) {
	folders, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil, fmt.Errorf("listing the recordings: %w", err)
	}
	voices := map[string]*Voice{}
	for _, folder := range folders {
		if !folder.IsDir() {
			continue
		}
		v := &Voice{}
		for digit := range v.digits {
			name := fmt.Sprintf("%s/%d.wav", folder.Name(), digit)
			file, err := fs.ReadFile(files, name)
			if err != nil {
				return nil, fmt.Errorf("reading a recording: %w", err)
			}
			samples, err := readWave(file)
			if err != nil {
				return nil, fmt.Errorf("the recording %s is %w", name, err)
			}
			if len(samples) < sampleRate/10 || len(samples) > sampleRate*3/2 {
				return nil, fmt.Errorf("the recording %s lasts %d ms, not 100 to 1,500", name, len(samples)*1000/sampleRate)
			}
			v.digits[digit] = toSignal(samples)
		}
		voices[folder.Name()] = v
	}
	return voices, nil
}

// How a recording is mixed. It is meant for people in distress: noise and voices
// are much lower than the digits, gaps are short enough to keep the digits in mind.
const (
	leastGap, mostGap       = 0.6, 1.2 // seconds before each digit and after the last
	leastSpeed, mostSpeed   = 0.92, 1.1
	leastLevel, mostLevel   = 0.85, 1.0
	noiseLevel              = 0.02
	babbleLevel             = 0.16 // reversed recordings, at most this loud
	babbleEach              = 0.3  // seconds
	toneLength, toneHeight  = 0.15, 620.0
	toneLevel               = 0.25
	silenceBefore           = 0.3
	quietest, babbleSlowest = 0.4, 0.8
)

// Speak returns a WAV file in which the digits are spoken one after the other, at
// random distances, speeds and levels over random noise. All chance comes from the
// seed: whoever plays it again, or loads the rest of it from another instance, hears
// the same, and nobody takes the mean of many mixes.
func (v *Voice) Speak(digits string, seed secret.Key) []byte {
	signal, _ := v.mix(digits, seed)
	return writeWave(fromSignal(signal))
}

// mix also returns where each digit begins and ends.
func (v *Voice) mix(digits string, seed secret.Key) (signal []float32, places [][2]int) {
	rng := rand.New(rand.NewChaCha8(seed))
	between := func(least, most float64) float64 { return least + (most-least)*rng.Float64() }

	signal = append(signal, make([]float32, seconds(silenceBefore))...)
	signal = append(signal, tone()...)
	for _, d := range digits {
		signal = append(signal, make([]float32, seconds(between(leastGap, mostGap)))...)
		spoken := faster(v.digits[d-'0'], between(leastSpeed, mostSpeed))
		level := float32(between(leastLevel, mostLevel))
		places = append(places, [2]int{len(signal), len(signal) + len(spoken)})
		for _, s := range spoken {
			signal = append(signal, s*level)
		}
	}
	signal = append(signal, make([]float32, seconds(between(leastGap, mostGap)))...)

	for range int(float64(len(signal)) / sampleRate / babbleEach) {
		voice := faster(v.digits[rng.IntN(10)], between(babbleSlowest, 1/babbleSlowest))
		slices.Reverse(voice)
		level := float32(between(quietest, 1) * babbleLevel)
		at := rng.IntN(max(1, len(signal)-len(voice)))
		for i, s := range voice {
			signal[at+i] += s * level
		}
	}
	for i := range signal {
		signal[i] += float32(between(-noiseLevel, noiseLevel))
	}
	return append(signal, tone()...), places
}

func seconds(s float64) int { return int(s * sampleRate) }

// tone says that the digits begin, or that they are over.
func tone() []float32 {
	t := make([]float32, seconds(toneLength))
	for i := range t {
		swell := math.Sin(math.Pi * float64(i) / float64(len(t))) // without a click
		t[i] = float32(toneLevel * swell * math.Sin(2*math.Pi*toneHeight*float64(i)/sampleRate))
	}
	return t
}

// faster plays a signal at another speed, and so at another height.
func faster(s []float32, speed float64) []float32 {
	out := make([]float32, int(float64(len(s)-1)/speed))
	for i := range out {
		at := float64(i) * speed
		whole := int(at)
		part := float32(at - float64(whole))
		out[i] = s[whole]*(1-part) + s[min(whole+1, len(s)-1)]*part
	}
	return out
}

func toSignal(samples []byte) []float32 {
	s := make([]float32, len(samples))
	for i, b := range samples {
		s[i] = (float32(b) - 128) / 128
	}
	return s
}

func fromSignal(s []float32) []byte {
	samples := make([]byte, len(s))
	for i, x := range s {
		samples[i] = byte(max(0, min(255, math.Round(float64(x)*128)+128)))
	}
	return samples
}
