package importers

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// What can say which encoding a text is in, as Layer.EncodingFrom has it.
const (
	EncodingFromOption   = "option"
	EncodingFromCPG      = "cpg"
	EncodingFromLanguage = "language byte"
	EncodingFromBOM      = "byte order mark"
	EncodingFromGuess    = "guess"
)

// TextEncoding is how bytes stand for text. The zero value is UTF-8.
type TextEncoding struct {
	name  string
	codec encoding.Encoding // nil for UTF-8
}

// UTF8 is the encoding that needs no decoding. Bytes that are not UTF-8 are
// damaged in it too.
var UTF8 = TextEncoding{}

// GB18030 holds every character there is, and GBK and GB 2312 are parts of it
// (GB 18030-2022). GBK alone loses characters of names, such as 䶮 and 𠮷.
var GB18030 = TextEncoding{"GB18030", simplifiedchinese.GB18030}

// encodingNames are what files and people call the encodings known here, in
// small letters, without blanks, hyphens and underscores. The numbers are those
// of Windows' code pages and of ESRI's .cpg files.
var encodingNames = map[string]TextEncoding{
	"utf8": UTF8, "65001": UTF8, "cp65001": UTF8, "ascii": UTF8, "usascii": UTF8,
	"gb18030": GB18030, "54936": GB18030, "cp54936": GB18030,
	"gbk": GB18030, "gb2312": GB18030, "gb": GB18030, "euccn": GB18030, "hzgb2312": GB18030,
	"936": GB18030, "cp936": GB18030, "ms936": GB18030, "ansi936": GB18030, "windows936": GB18030, "oem936": GB18030,
	"utf16":   {"UTF-16", unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)},
	"utf16le": {"UTF-16LE", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)},
	"utf16be": {"UTF-16BE", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)},
	"big5":    big5, "950": big5, "cp950": big5, "ansi950": big5,
	"iso88591": latin1, "88591": latin1, "latin1": latin1,
	"1252": windows1252, "cp1252": windows1252, "ansi1252": windows1252, "windows1252": windows1252,
}

var (
	big5        = TextEncoding{"Big5", traditionalchinese.Big5}
	latin1      = TextEncoding{"ISO-8859-1", charmap.ISO8859_1}
	windows1252 = TextEncoding{"windows-1252", charmap.Windows1252}
)

// NamedEncoding gives the encoding of a name, as --encoding and .cpg files have
// it: UTF-8, GB18030, GBK, GB2312, 936 (all read as GB18030), UTF-16, UTF-16LE,
// UTF-16BE, Big5, ISO-8859-1, 1252; capitals, blanks and hyphens do not count.
// Others give a *Problem, FORMAT_REFUSED.
func NamedEncoding(name string) (TextEncoding, error) {
	key := strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(strings.TrimSpace(name)))
	if e, ok := encodingNames[key]; ok {
		return e, nil
	}
	return TextEncoding{}, &Problem{
		Problem: ProblemFormatRefused,
		Detail:  fmt.Sprintf("%.40q is no encoding known here; name GB18030 (also for GBK and GB2312), UTF-8, UTF-16, Big5 or ISO-8859-1", name),
		Values:  map[string]any{"value": clipText(name, 40), "what": "encoding"},
	}
}

// GuessEncoding tells the encoding of a text that nothing tells of: UTF-8 where
// all of it is that, else GB18030. guessed is false for a text that every
// encoding has alike (ASCII). A character that the end cuts off counts as whole.
func GuessEncoding(text []byte) (e TextEncoding, guessed bool) {
	var g encodingGuess
	g.add(text)
	return g.encoding()
}

// encodingGuess guesses over many texts.
type encodingGuess struct{ beyondASCII, notUTF8 bool }

// add looks at one more text.
func (g *encodingGuess) add(text []byte) {
	if g.notUTF8 {
		return
	}
	for _, b := range text {
		if b >= utf8.RuneSelf {
			g.beyondASCII = true
			g.notUTF8 = !utf8.Valid(text[:len(text)-cutUTF8(text)])
			return
		}
	}
}

func (g *encodingGuess) encoding() (e TextEncoding, guessed bool) {
	if g.notUTF8 {
		return GB18030, true
	}
	return UTF8, g.beyondASCII
}

// Name is the encoding's name, such as "GB18030".
func (e TextEncoding) Name() string {
	if e.codec == nil {
		return "UTF-8"
	}
	return e.name
}

// Decode gives a text. ok is false where bytes do not belong to the encoding;
// U+FFFD stands for them.
func (e TextEncoding) Decode(b []byte) (text string, ok bool) {
	if e.codec == nil {
		if utf8.Valid(b) {
			return string(b), true
		}
		return strings.ToValidUTF8(string(b), "\ufffd"), false
	}
	if e.asciiAlike() && ascii(b) {
		return string(b), true
	}
	out, err := e.codec.NewDecoder().Bytes(b)
	text = string(out)
	return text, err == nil && !strings.ContainsRune(text, utf8.RuneError)
}

// DecodeField is Decode for a field of so many bytes: a character that its end
// cuts off is left out, and cut is true then.
func (e TextEncoding) DecodeField(b []byte) (text string, cut, ok bool) {
	n := 0
	switch {
	case e.codec == nil:
		n = cutUTF8(b)
	case e.name == GB18030.name:
		n = cutGB18030(b)
	}
	text, ok = e.Decode(b[:len(b)-n])
	return text, n > 0, ok
}

// Reader decodes a stream to UTF-8, without a byte order mark. Bytes that do not
// belong to the encoding become U+FFFD.
func (e TextEncoding) Reader(r io.Reader) io.Reader {
	if e.codec == nil {
		return transform.NewReader(r, unicode.UTF8BOM.NewDecoder())
	}
	return transform.NewReader(r, e.codec.NewDecoder())
}

// GuessedProblem is the warning that goes with a guessed encoding.
func (e TextEncoding) GuessedProblem() *Problem {
	return &Problem{
		Problem: ProblemEncodingGuessed, Warning: true,
		Detail: fmt.Sprintf("nothing in the file says how its text is written; it was read as %s. Look at the names, and name the encoding if they are wrong", e.Name()),
		Values: map[string]any{"encoding": e.Name()},
	}
}

// asciiAlike reports whether ASCII stands for itself.
func (e TextEncoding) asciiAlike() bool { return !strings.HasPrefix(e.name, "UTF-16") }

func ascii(b []byte) bool {
	return bytes.IndexFunc(b, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}

// cutUTF8 tells how many bytes at the end are the beginning of a character.
func cutUTF8(b []byte) int {
	for n := 1; n <= min(3, len(b)); n++ {
		if tail := b[len(b)-n:]; utf8.RuneStart(tail[0]) {
			if tail[0] >= utf8.RuneSelf && !utf8.FullRune(tail) {
				return n
			}
			return 0
		}
	}
	return 0
}

// cutGB18030 is cutUTF8 for GB 18030, whose characters have one, two or four
// bytes and can only be told apart from the front.
func cutGB18030(b []byte) int {
	for i := 0; i < len(b); {
		n := 1
		if b[i] > 0x80 && b[i] < 0xff {
			n = 2
			if i+1 < len(b) && b[i+1] >= '0' && b[i+1] <= '9' {
				n = 4
			}
		}
		if i+n > len(b) {
			return len(b) - i
		}
		i += n
	}
	return 0
}

// clipText gives at most n characters of a text from a file, for a message.
func clipText(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i] + "…"
		}
		n--
	}
	return s
}
