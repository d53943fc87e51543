package importers

import (
	"context"
	"encoding/binary"
	"io"
	"os"
)

// checkPages holds what the head of an SQLite database says of its length
// against the file's (sqlite.org/fileformat2.html, 1.3).
func checkPages(path string, size int64) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	head := make([]byte, 100)
	if n, err := io.ReadFull(f, head); err == io.EOF || err == io.ErrUnexpectedEOF {
		return notSQLite(head[:n])
	} else if err != nil {
		return err
	}
	if string(head[:16]) != sqliteSignature {
		return notSQLite(head)
	}
	page := int64(binary.BigEndian.Uint16(head[16:]))
	if page == 1 {
		page = 65536
	}
	pages := int64(binary.BigEndian.Uint32(head[28:]))
	valid := binary.BigEndian.Uint32(head[24:]) == binary.BigEndian.Uint32(head[92:])
	if valid && page*pages > size {
		return &Problem{
			Problem: ProblemFileTruncated,
			Detail:  "the GeoPackage ends in the middle; copy it again",
			Values:  map[string]any{"expected": page * pages, "value": size},
		}
	}
	return nil
}

func notSQLite(head []byte) error {
	if len(head) < 100 && (len(head) < 16 || string(head[:16]) == sqliteSignature) {
		return &Problem{Problem: ProblemFileTruncated, Detail: "the GeoPackage is empty or ends in its head; copy it again"}
	}
	return &Problem{Problem: ProblemFileCorrupt, Detail: "the file is called .gpkg but is no GeoPackage: it does not begin as an SQLite database does"}
}

// copyFile copies a file piece by piece until ctx ends.
func copyFile(ctx context.Context, from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if e := out.Close(); err == nil {
			err = e
		}
	}()
	for ctx.Err() == nil {
		if _, err := io.CopyN(out, in, 8<<20); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
	return ctx.Err()
}
