package importers

import (
	"archive/zip"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// entryName gives the name of an entry as people see it, with slashes. Windows
// writes it in the encoding of the country, which is GB 18030 here, and says so
// nowhere; macOS writes UTF-8 and does not say so either; some write both.
func entryName(f *zip.File) string {
	name := f.Name
	if unicodeName, ok := unicodePath(f); ok {
		name = unicodeName
	} else if !utf8.ValidString(name) {
		name, _ = GB18030.Decode([]byte(name))
	}
	// After decoding: the second byte of a character may be a backslash.
	return strings.TrimPrefix(strings.ReplaceAll(name, `\`, "/"), "./")
}

// unicodePath gives the name in the extra field 0x7075 (APPNOTE 4.6.9), where
// that belongs to the name in the header.
func unicodePath(f *zip.File) (string, bool) {
	for extra := f.Extra; len(extra) >= 4; {
		id, size := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		extra = extra[4:]
		if size > len(extra) {
			break
		}
		field := extra[:size]
		extra = extra[size:]
		if id != 0x7075 || size < 6 || field[0] != 1 || binary.LittleEndian.Uint32(field[1:]) != crc32.ChecksumIEEE([]byte(f.Name)) {
			continue
		}
		if name := string(field[5:]); utf8.ValidString(name) {
			return name, true
		}
	}
	return "", false
}

// unsafeName says why an entry of this name is not unpacked, or "".
func unsafeName(name string) string {
	trimmed := strings.TrimSuffix(name, "/")
	switch {
	case trimmed == "":
		return "has no name"
	case len(name) > 1000:
		return "has a name of more than 1000 bytes"
	case strings.HasPrefix(name, "/"):
		return "has a name that begins at the root of the machine"
	case !utf8.ValidString(name) || strings.ContainsRune(name, utf8.RuneError):
		return "has a name that is no text"
	case strings.IndexFunc(name, unicode.IsControl) >= 0:
		return "has control characters in its name"
	case len(name) > 1 && name[1] == ':':
		return "has a name that begins with a drive"
	}
	for part := range strings.SplitSeq(trimmed, "/") {
		switch {
		case part == ".." || strings.HasPrefix(part, "..") && strings.Trim(part, ". ") == "":
			return "has a name that climbs out of the folder"
		case part == "" || part == ".":
			return "has an empty part in its name"
		case len(part) > 255:
			return "has a part of more than 255 bytes in its name"
		case strings.ContainsAny(part, ":\x00"):
			return "has a colon in its name"
		}
	}
	return ""
}

// entryNames takes the names of entries one by one, and refuses one that would
// be the same file as another: by capitals, or as a folder.
type entryNames struct {
	files, dirs map[string]string // by their folded names
}

// add takes a name that is safe; dir says that it is a folder's.
func (n *entryNames) add(name string, dir bool) error {
	if n.files == nil {
		n.files, n.dirs = map[string]string{}, map[string]string{}
	}
	name = strings.TrimSuffix(name, "/")
	folded := foldName(name)
	if other, ok := n.files[folded]; ok {
		return zipUnsafe(name, fmt.Sprintf("is there twice: also as %q", other))
	}
	if other, ok := n.dirs[folded]; ok && !dir {
		return zipUnsafe(name, fmt.Sprintf("is a file and a folder: also %q", other))
	}
	if dir {
		n.dirs[folded] = name
	} else {
		n.files[folded] = name
	}
	for up := path.Dir(name); up != "."; up = path.Dir(up) {
		if other, ok := n.files[foldName(up)]; ok {
			return zipUnsafe(name, fmt.Sprintf("lies in a file: %q", other))
		}
		n.dirs[foldName(up)] = up
	}
	return nil
}

// foldName gives what names have alike that one file system or another takes
// for the same.
func foldName(name string) string {
	return strings.Map(func(r rune) rune { return unicode.ToLower(unicode.ToUpper(r)) }, name)
}

// zipUnsafe is the problem of an entry; what says what is wrong with it.
func zipUnsafe(name, what string) *Problem {
	name = clipText(strings.ToValidUTF8(name, "\ufffd"), 120)
	return &Problem{
		Problem: ProblemZipUnsafe,
		Detail:  fmt.Sprintf("the entry %q of the archive %s; nothing of it was read: pack the files anew, or give them unpacked", name, what),
		Values:  map[string]any{"file": name, "reason": what},
	}
}
