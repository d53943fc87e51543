package importers

import (
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// gbBytes gives a text as GB 18030 has it.
func gbBytes(t testing.TB, s string) []byte {
	t.Helper()
	b, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestNamedEncoding(t *testing.T) {
	for name, want := range map[string]string{
		"UTF-8": "UTF-8", "utf8": "UTF-8", " 65001\r\n": "UTF-8",
		"GBK": "GB18030", "gb2312": "GB18030", "936": "GB18030", "ANSI 936": "GB18030", "CP936": "GB18030", "GB18030": "GB18030",
		"UTF-16LE": "UTF-16LE", "Big5": "Big5", "ISO-8859-1": "ISO-8859-1", "ISO 88591": "ISO-8859-1", "1252": "windows-1252",
	} {
		if e, err := NamedEncoding(name); err != nil || e.Name() != want {
			t.Errorf("NamedEncoding(%q) = %s, %v, want %s", name, e.Name(), err, want)
		}
	}
	var p *Problem
	if _, err := NamedEncoding("klingon"); !errors.As(err, &p) || p.Problem != ProblemFormatRefused {
		t.Errorf("an unknown encoding gives %v, want %s", err, ProblemFormatRefused)
	}
}

func TestGuessEncoding(t *testing.T) {
	for name, c := range map[string]struct {
		text    []byte
		want    string
		guessed bool
	}{
		"nothing":              {nil, "UTF-8", false},
		"ASCII":                {[]byte("220112001"), "UTF-8", false},
		"UTF-8":                {[]byte("云山街道"), "UTF-8", true},
		"UTF-8, cut":           {[]byte("云山街道")[:10], "UTF-8", true},
		"GBK":                  {gbBytes(t, "云山街道"), "GB18030", true},
		"beyond GBK":           {gbBytes(t, "䶮𠮷"), "GB18030", true},
		"one letter of GBK":    {gbBytes(t, "a屯"), "GB18030", true},
		"GBK, half a letter":   {gbBytes(t, "a屯")[:2], "UTF-8", true}, // it might be either
		"GBK after ASCII text": {append([]byte(strings.Repeat("a", 100)), gbBytes(t, "齐家镇")...), "GB18030", true},
	} {
		if e, guessed := GuessEncoding(c.text); e.Name() != c.want || guessed != c.guessed {
			t.Errorf("%s: GuessEncoding = %s, %v, want %s, %v", name, e.Name(), guessed, c.want, c.guessed)
		}
	}
}

// Decoding keeps every character, those that GBK has not too, and finds what
// is no text.
func TestDecode(t *testing.T) {
	for _, s := range []string{"", "abc", "于家村", "䶮", "𠮷野家", "〇", "€"} {
		if got, ok := GB18030.Decode(gbBytes(t, s)); got != s || !ok {
			t.Errorf("GB18030.Decode(%q) = %q, %v", s, got, ok)
		}
		if got, ok := UTF8.Decode([]byte(s)); got != s || !ok {
			t.Errorf("UTF8.Decode(%q) = %q, %v", s, got, ok)
		}
	}
	if got, ok := UTF8.Decode(gbBytes(t, "于家村")); ok || !strings.ContainsRune(got, utf8.RuneError) || !utf8.ValidString(got) {
		t.Errorf("GBK as UTF-8 gives %q, %v, want damage", got, ok)
	}
	if got, ok := GB18030.Decode([]byte("a\xff")); ok || got != "a\ufffd" {
		t.Errorf("the byte FF gives %q, %v, want damage", got, ok)
	}
}

// A field that ends within a character loses that character and no other.
func TestDecodeFieldCut(t *testing.T) {
	for _, s := range []string{"齐家镇于家村", "a齐b家c", "𠮷䶮𠮷", "12屯", "plain"} {
		whole := gbBytes(t, s)
		for n := range len(whole) + 1 {
			got, cut, ok := GB18030.DecodeField(whole[:n])
			if !ok || !strings.HasPrefix(s, got) || cut != (len(gbBytes(t, got)) != n) {
				t.Errorf("GB18030, %q cut to %d bytes: %q, %v, %v", s, n, got, cut, ok)
			}
		}
		for n := range len(s) + 1 {
			got, cut, ok := UTF8.DecodeField([]byte(s)[:n])
			if !ok || !strings.HasPrefix(s, got) || cut != (len(got) != n) {
				t.Errorf("UTF-8, %q cut to %d bytes: %q, %v, %v", s, n, got, cut, ok)
			}
		}
	}
}

func TestEncodingReader(t *testing.T) {
	utf16, err := NamedEncoding("UTF-16")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		e    TextEncoding
		text []byte
	}{
		"GB18030":           {GB18030, gbBytes(t, "编码,名称")},
		"UTF-8 with a mark": {UTF8, []byte("\ufeff编码,名称")},
		"UTF-8":             {UTF8, []byte("编码,名称")},
		"UTF-16":            {utf16, []byte("\xff\xfe\x16\x7f\x01\x78,\x00\x0d\x54\xf0\x79")},
	} {
		got, err := io.ReadAll(c.e.Reader(strings.NewReader(string(c.text))))
		if err != nil || string(got) != "编码,名称" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(gbBytes(f, "齐家镇𠮷"))
	f.Add([]byte("云山\xe8"))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, _ := GuessEncoding(b)
		for _, e := range []TextEncoding{e, UTF8, GB18030, big5, latin1} {
			if s, _, _ := e.DecodeField(b); !utf8.ValidString(s) || len(s) > 4*len(b)+4 {
				t.Errorf("%s: %x gives %q", e.Name(), b, s)
			}
		}
		// What is decoded without damage encodes to the same text again.
		if s, ok := GB18030.Decode(b); ok {
			if again, ok := GB18030.Decode(gbBytes(t, s)); !ok || again != s {
				t.Errorf("%x: %q reads back as %q", b, s, again)
			}
		}
	})
}
