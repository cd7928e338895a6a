package challenge

import (
	"bytes"
	"encoding/binary"
	"io/fs"
	"math"
	"math/bits"
	"math/cmplx"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/dchest/captcha"
	"pgregory.net/rapid"

	"recueil/internal/secret"
	"recueil/static"
)

func voices(t testing.TB) map[string]*Voice {
	t.Helper()
	files, err := fs.Sub(static.FS, "audio")
	if err != nil {
		t.Fatal(err)
	}
	all, err := LoadVoices(files)
	if err != nil || all["fr"] == nil {
		t.Fatalf("%d voices, %v", len(all), err)
	}
	return all
}

func TestRecordingsOfAnotherKindAreRefusedByName(t *testing.T) {
	good := writeWave(bytes.Repeat([]byte{100, 156}, 1000))
	stereo, fast, wide := bytes.Clone(good), bytes.Clone(good), bytes.Clone(good)
	stereo[22], wide[34] = 2, 16
	binary.LittleEndian.PutUint32(fast[24:], 44100)
	for name, bad := range map[string][]byte{
		"empty": nil, "text": []byte("zéro"), "cut": good[:100], "stereo": stereo, "44 kHz": fast, "16 bits": wide, "no samples": good[:36],
		"too short": writeWave(make([]byte, 100)), "too long": writeWave(make([]byte, 100_000)),
	} {
		files := fstest.MapFS{}
		for d := range 10 {
			files["fr/"+string(rune('0'+d))+".wav"] = &fstest.MapFile{Data: good}
		}
		if _, err := LoadVoices(files); err != nil {
			t.Fatal(err)
		}
		files["fr/7.wav"] = &fstest.MapFile{Data: bad}
		if _, err := LoadVoices(files); err == nil || !strings.Contains(err.Error(), "fr/7.wav") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestMixIsAWellFormedFile(t *testing.T) {
	all := voices(t)
	rapid.Check(t, func(t *rapid.T) {
		digits := rapid.StringMatching(`[0-9]{6}`).Draw(t, "digits")
		seed := secret.Key(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "seed"))
		language := rapid.SampledFrom([]string{"fr", "en"}).Draw(t, "language")
		file := all[language].Speak(digits, seed)
		if int(binary.LittleEndian.Uint32(file[4:])) != len(file)-8 || len(file)%2 != 0 {
			t.Fatalf("a file of %d bytes announces %d", len(file), binary.LittleEndian.Uint32(file[4:]))
		}
		samples, err := readWave(file)
		if err != nil {
			t.Fatal(err)
		}
		if lasts := time.Duration(len(samples)) * time.Second / sampleRate; lasts < 5*time.Second || lasts > 16*time.Second {
			t.Fatalf("%s lasts %v", digits, lasts)
		}
		clipped := 0
		for _, s := range samples {
			if s == 0 || s == 255 {
				clipped++
			}
		}
		if clipped > len(samples)/200 {
			t.Fatalf("%d of %d samples are cut off", clipped, len(samples))
		}
		if again := all[language].Speak(digits, seed); !bytes.Equal(file, again) {
			t.Fatal("played again it sounds different: two instances would, too, and the mean of many mixes tells")
		}
	})
}

func TestMixHasRandomGapsAndNoise(t *testing.T) {
	v := voices(t)["fr"]
	gaps := map[int]bool{}
	for range 20 {
		signal, places := v.mix("012345", secret.New())
		for i, place := range places[1:] {
			gap := place[0] - places[i][1]
			gaps[gap] = true
			if gap < seconds(leastGap) || gap > seconds(mostGap) {
				t.Errorf("a gap of %d samples", gap)
			}
			if loud := loudness(signal[places[i][1]:place[0]]); loud == 0 || loud > loudness(signal[place[0]:place[1]])/2 {
				t.Errorf("the gap before %d is as loud as %.3f, the digit %.3f", i+1, loud, loudness(signal[place[0]:place[1]]))
			}
		}
	}
	if len(gaps) < 80 {
		t.Errorf("100 gaps have %d lengths", len(gaps))
	}
}

func loudness(s []float32) float64 {
	sum := 0.0
	for _, x := range s {
		sum += float64(x) * float64(x)
	}
	return math.Sqrt(sum / float64(len(s)))
}

// Each digit, as it is heard in a mix, is nearer to its own recording than to any
// of the nine others: noise and speed leave them apart. The mixes are the same in
// every run, and enough of them to tell one mistake in fifty from chance.
func TestTenDigitsAreHeardApart(t *testing.T) {
	for language, v := range voices(t) {
		var known [10][]frame
		for d, s := range v.digits {
			known[d] = listen(s)
		}
		heard, mistaken := 0, 0
		for mix := range byte(30) {
			const digits = "0123456789"
			signal, places := v.mix(digits, secret.Derive([]byte{mix}, "mixes of this test"))
			for d, place := range places {
				found := listen(signal[place[0]:place[1]])
				best := 0
				for other := range known {
					if distance(found, known[other], false) < distance(found, known[best], false) {
						best = other
					}
				}
				if heard++; best != d {
					mistaken++
					t.Logf("%s: %d was heard as %d", language, d, best)
				}
			}
		}
		t.Logf("%s: %d of %d digits are mistaken for others", language, mistaken, heard)
		if mistaken > heard/50 {
			t.Errorf("%s: %d of %d digits are mistaken for others", language, mistaken, heard)
		}
	}
}

// dchest/captcha speaks English when it is asked for French, without saying so. What
// we play in French is none of its languages.
func TestFrenchIsNoneOfTheBuiltInLanguages(t *testing.T) {
	spoken := func(language string, digit byte) []float32 {
		var b bytes.Buffer
		if _, err := captcha.NewAudio("id", []byte{digit}, language).WriteTo(&b); err != nil {
			t.Fatal(err)
		}
		samples := b.Bytes()[44:] // its files are of the same kind as ours
		return toSignal(samples)
	}
	for digit := range byte(10) {
		if en, fr := spoken("en", digit), spoken("fr", digit); len(en) != len(fr) || distance(listen(en), listen(fr), false) != 0 {
			t.Fatalf("the library has learnt French: its %d differs from English", digit)
		}
	}
	v := voices(t)["fr"]
	var ours [10][]frame
	for digit := range ours {
		ours[digit] = listen(v.digits[digit])
	}
	apart := func(other func(digit byte) []float32) (sum float64) {
		for digit := range byte(10) {
			sum += distance(ours[digit], listen(other(digit)), true) / 10
		}
		return sum
	}
	own := apart(func(digit byte) []float32 {
		signal, _ := v.mix(string(rune('0'+digit)), secret.Key{digit})
		return signal
	})
	for _, language := range []string{"en", "ja", "ru", "zh", "pt"} {
		other := apart(func(digit byte) []float32 { return spoken(language, digit) })
		t.Logf("our recordings are %.2f from our mix and %.2f from %s", own, other, language)
		if other < 1.3*own {
			t.Errorf("what we play in French is like %s: %.2f apart, and %.2f from itself", language, other, own)
		}
	}
}

// frame is what an ear makes of 32 ms: how loud it is in each band.
type frame [16]float64

func listen(s []float32) []frame {
	const hop = 128
	var frames []frame
	var spectrum [earSize]complex128
	for at := 0; at+earSize <= len(s); at += hop {
		for i := range spectrum {
			spectrum[i] = complex(float64(s[at+i])*window[i], 0)
		}
		fft(&spectrum)
		var f frame
		for i, band := range bands {
			if re, im := real(spectrum[i]), imag(spectrum[i]); band >= 0 {
				f[band] += re*re + im*im
			}
		}
		for i := range f {
			f[i] = math.Log(f[i] + 0.05)
		}
		frames = append(frames, f)
	}
	return frames
}

const earSize = 256

// What a transform of that size needs: a window, the turns of the circle, and the
// band of each frequency, 200 Hz to 3,800 Hz in steps of equal pitch.
var window, turn, bands = ear()

func ear() (window [earSize]float64, turn [earSize / 2]complex128, bands [earSize / 2]int) {
	for i := range window {
		window[i] = 0.5 - 0.5*math.Cos(2*math.Pi*float64(i)/earSize)
	}
	for i := range turn {
		turn[i] = cmplx.Rect(1, -2*math.Pi*float64(i)/earSize)
		pitch := 2595 * math.Log10(1+float64(i)*sampleRate/earSize/700)
		if bands[i] = int(math.Floor((pitch - 250) / 115)); bands[i] >= len(frame{}) {
			bands[i] = -1
		}
	}
	return window, turn, bands
}

// fft is the transform of Cooley and Tukey, in place.
func fft(x *[earSize]complex128) {
	for i := range x {
		if j := int(bits.Reverse8(uint8(i))); j > i {
			x[i], x[j] = x[j], x[i]
		}
	}
	for half := 1; half < earSize; half *= 2 {
		for from := 0; from < earSize; from += 2 * half {
			for k := range half {
				a, b := x[from+k], x[from+k+half]*turn[k*earSize/2/half]
				x[from+k], x[from+k+half] = a+b, a-b
			}
		}
	}
}

// distance aligns a with b, or with the part of b that is most like it, and returns
// how far a frame is from its partner on average (dynamic time warping).
func distance(a, b []frame, anywhere bool) float64 {
	last := make([]float64, len(b)+1)
	for j := range last {
		if j > 0 && !anywhere {
			last[j] = math.Inf(1)
		}
	}
	for i := range a {
		next := make([]float64, len(b)+1)
		next[0] = math.Inf(1)
		for j := range b {
			next[j+1] = apart(a[i], b[j]) + min(last[j], last[j+1], next[j])
		}
		last = next
	}
	best := last[len(b)]
	if anywhere {
		for _, d := range last[1:] {
			best = min(best, d)
		}
	}
	return best / float64(len(a))
}

func apart(a, b frame) float64 {
	sum := 0.0
	for i := range a {
		sum += (a[i] - b[i]) * (a[i] - b[i])
	}
	return math.Sqrt(sum / float64(len(a)))
}
