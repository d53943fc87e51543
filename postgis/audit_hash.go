package postgis

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// What is hashed of a line and of a seal begins with these, so that neither
// can be taken for the other. A change of the encoding needs another number,
// and the old one kept for old seals.
const (
	linePrefix = "gridpatrol audit line 1\n"
	sealPrefix = "gridpatrol audit seal 1\n"
)

// auditHash is a SHA-256.
type auditHash = [sha256.Size]byte

// lineGone stands in a seal for the hash of a line that was taken away before
// it was sealed.
var lineGone auditHash

// lineHash is the SHA-256 of a line in one form, whatever the database makes
// of it: texts with their length before them, the time in microseconds since
// 1970, and detail by its values, not by its text.
func lineHash(district string, l *patrol.AuditLine) (auditHash, error) {
	b := make([]byte, 0, 512)
	b = append(b, linePrefix...)
	b = appendText(b, district)
	b = append(b, l.ID[:]...)
	b = appendTime(b, l.At)
	for _, s := range []string{l.Actor.Kind, l.Actor.ID, l.Actor.Name, l.Actor.Role, l.Action, l.SubjectKind, l.Subject} {
		b = appendText(b, s)
	}
	if l.Detail == nil {
		b = append(b, 0)
	} else {
		var err error
		if b, err = appendDetail(append(b, 1), l.Detail); err != nil {
			return auditHash{}, fmt.Errorf("detail of audit line %s: %w", l.ID, err)
		}
	}
	return sha256.Sum256(b), nil
}

func appendText(b []byte, s string) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(len(s)))
	return append(b, s...)
}

func appendTime(b []byte, t time.Time) []byte {
	return binary.BigEndian.AppendUint64(b, uint64(t.UnixMicro()))
}

// appendDetail writes a JSON value so that how it is written does not matter:
// members by name, numbers as the database writes them.
func appendDetail(b []byte, detail []byte) ([]byte, error) {
	d := json.NewDecoder(bytes.NewReader(detail))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("more than one value: %w", geo.ErrInvalid)
	}
	return appendValue(b, v), nil
}

func appendValue(b []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, 'n')
	case bool:
		if v {
			return append(b, 't')
		}
		return append(b, 'f')
	case json.Number:
		return appendText(append(b, '#'), v.String())
	case string:
		return appendText(append(b, '"'), v)
	case []any:
		b = binary.BigEndian.AppendUint64(append(b, '['), uint64(len(v)))
		for _, e := range v {
			b = appendValue(b, e)
		}
		return b
	case map[string]any:
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		slices.Sort(names)
		b = binary.BigEndian.AppendUint64(append(b, '{'), uint64(len(v)))
		for _, name := range names {
			b = appendValue(appendText(b, name), v[name])
		}
		return b
	}
	panic(fmt.Sprintf("a JSON value of type %T", v))
}

// auditSeal is a link of the chain: lines that were committed, by their hashes.
type auditSeal struct {
	Number   int64
	At       time.Time
	Founding bool // its lines are from before there were seals
	IDs      []geo.ID
	Hashes   []byte // of the lines, one after another
	Previous []byte
	Hash     []byte
}

// sum computes what Hash has to be.
func (s *auditSeal) sum(district string) []byte {
	b := make([]byte, 0, len(sealPrefix)+len(district)+len(s.IDs)*48+96)
	b = append(b, sealPrefix...)
	b = appendText(b, district)
	b = binary.BigEndian.AppendUint64(b, uint64(s.Number))
	b = appendTime(b, s.At)
	if s.Founding {
		b = append(b, 1)
	} else {
		b = append(b, 0)
	}
	b = binary.BigEndian.AppendUint64(b, uint64(len(s.IDs)))
	for i, id := range s.IDs {
		b = append(b, id[:]...)
		b = append(b, s.Hashes[i*sha256.Size:(i+1)*sha256.Size]...)
	}
	b = append(b, s.Previous...)
	sum := sha256.Sum256(b)
	return sum[:]
}
