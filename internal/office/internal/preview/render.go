package preview

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"
)

var errTooLarge = errors.New("the picture is larger than what is decoded")

// render makes the picture that is shown: small, upright, and encoded anew from its
// pixels, so that nothing else of the original comes along.
func render(kind Kind, original []byte, f found) ([]byte, error) {
	need, err := memoryOf(kind, original, f)
	if err != nil {
		return nil, err
	}
	if need > kind.limits().pixels {
		return nil, errTooLarge
	}
	var img image.Image
	in := bytes.NewReader(original)
	switch kind {
	case JPEG:
		img, err = jpeg.Decode(in)
	case PNG:
		img, err = png.Decode(in)
	case WebP:
		img, err = webp.Decode(in)
	case HEIC:
		img, err = decodeHEIC(in)
		f.orientation = 1 // its decoder turned it by the format's own marks
	}
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, upright(shrink(img), f.orientation), &jpeg.Options{Quality: 85}); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// memoryOf bounds what decoding will take, in bytes, from the header alone.
func memoryOf(kind Kind, original []byte, f found) (int64, error) {
	in := bytes.NewReader(original)
	pixels := func(c image.Config) int64 { return int64(c.Width) * int64(c.Height) }
	switch kind {
	case JPEG:
		c, err := jpeg.DecodeConfig(in)
		each := int64(3)
		switch c.ColorModel {
		case color.GrayModel:
			each = 1
		case color.CMYKModel:
			each = 8
		}
		if progressive(original) {
			each *= 5 // its coefficients, four bytes each, are kept to the end
		}
		if c.ColorModel == color.RGBAModel {
			each += 4 // it is decoded as other pictures are, and copied
		}
		return pixels(c) * each, err
	case PNG:
		c, err := png.DecodeConfig(in)
		each := int64(8)
		switch c.ColorModel {
		case color.GrayModel:
			each = 1
		case color.Gray16Model:
			each = 2
		case color.RGBAModel, color.NRGBAModel:
			each = 4
		}
		if _, indexed := c.ColorModel.(color.Palette); indexed {
			each = 1
		}
		if len(original) > 28 && original[28] == 1 {
			each *= 2 // interlaced: each pass is a picture of its own
		}
		return pixels(c) * each, err
	case WebP:
		c, err := webp.DecodeConfig(in)
		return pixels(c) * 8, err
	}
	if f.width <= 0 || f.height <= 0 {
		return 0, errors.New("it does not say how large it is")
	}
	return int64(f.width) * int64(f.height) * heicPixel, nil
}

// progressive reports whether a JPEG comes in passes, by its frame's marker.
func progressive(jpeg []byte) bool {
	for at := 2; at+4 <= len(jpeg); {
		if jpeg[at] != 0xff {
			at++
			continue
		}
		marker := jpeg[at+1]
		switch {
		case marker == 0xc2:
			return true
		case marker == 0xda || marker == 0xc0 || marker == 0xc1:
			return false
		case marker == 0xff || marker == 0 || marker == 1 || marker >= 0xd0 && marker <= 0xd8:
			at++
			continue
		}
		at += 2 + int(jpeg[at+2])<<8 + int(jpeg[at+3])
	}
	return false
}

// shrink makes a picture of MaxSide at most on white ground. A large one is averaged
// over whole pixels first, strip by strip: a scaler would take gigabytes for it.
func shrink(img image.Image) *image.RGBA {
	b := img.Bounds()
	factor := max(1, max(b.Dx(), b.Dy())/MaxSide)
	width, height := max(1, b.Dx()/factor), max(1, b.Dy()/factor)
	small := image.NewRGBA(image.Rect(0, 0, width, height))
	strip := image.NewRGBA(image.Rect(0, 0, b.Dx(), factor))
	for y := range height {
		draw.Draw(strip, strip.Bounds(), image.White, image.Point{}, draw.Src)
		draw.Draw(strip, strip.Bounds(), img, image.Pt(b.Min.X, b.Min.Y+y*factor), draw.Over)
		for x := range width {
			average(small.Pix[small.PixOffset(x, y):], strip, x*factor, min(factor, b.Dx()), min(factor, b.Dy()))
		}
	}
	if width <= MaxSide && height <= MaxSide {
		return small
	}
	scaled := image.NewRGBA(image.Rect(0, 0, max(1, width*MaxSide/max(width, height)), max(1, height*MaxSide/max(width, height))))
	draw.ApproxBiLinear.Scale(scaled, scaled.Bounds(), small, small.Bounds(), draw.Src, nil)
	return scaled
}

// average writes the mean colour of a block of a strip.
func average(to []uint8, strip *image.RGBA, x, width, height int) {
	var sum [3]int
	for dy := range height {
		row := strip.Pix[strip.PixOffset(x, dy):]
		for dx := range width {
			for c := range sum {
				sum[c] += int(row[4*dx+c])
			}
		}
	}
	for c := range sum {
		to[c] = uint8(sum[c] / (width * height))
	}
	to[3] = 0xff
}

// upright turns and mirrors a picture as EXIF's orientation says.
func upright(img *image.RGBA, orientation int) *image.RGBA {
	if orientation <= 1 || orientation > 8 {
		return img
	}
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	turned := image.NewRGBA(image.Rect(0, 0, w, h))
	if orientation >= 5 {
		turned = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	for y := range h {
		for x := range w {
			var to image.Point
			switch orientation {
			case 2:
				to = image.Pt(w-1-x, y)
			case 3:
				to = image.Pt(w-1-x, h-1-y)
			case 4:
				to = image.Pt(x, h-1-y)
			case 5:
				to = image.Pt(y, x)
			case 6:
				to = image.Pt(h-1-y, x)
			case 7:
				to = image.Pt(h-1-y, w-1-x)
			case 8:
				to = image.Pt(y, w-1-x)
			}
			turned.SetRGBA(to.X, to.Y, img.RGBAAt(x, y))
		}
	}
	return turned
}
