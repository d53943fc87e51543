package importers

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"
)

// TestSum compares with sums of what is in the files, and looks that a
// shapefile's own parts count, and nothing else.
func TestSum(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	hash := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return hex.EncodeToString(sum[:])
	}
	check := func(path, want string) {
		t.Helper()
		got, err := Sum(path)
		if err != nil || got != want {
			t.Errorf("Sum(%s) = %s, %v, want %s", filepath.Base(path), got, err, want)
		}
	}
	check(write("a.geojson", "one"), hash("one"))
	shp := write("屯组.shp", "s")
	write("屯组.DBF", "d")
	write("屯组.shp.xml", "x")
	write("other.dbf", "o")
	check(shp, hash("屯组.DBF  "+hash("d")+"\n屯组.shp  "+hash("s")+"\n"))
	check(dir, hash("a.geojson  "+hash("one")+"\nother.dbf  "+hash("o")+"\n屯组.DBF  "+hash("d")+"\n屯组.shp  "+hash("s")+"\n屯组.shp.xml  "+hash("x")+"\n"))
	dir = t.TempDir()
	tab := write("a.tab", "t")
	write("a.dat", "d")
	write("a.txt", "x")
	check(tab, hash("a.dat  "+hash("d")+"\na.tab  "+hash("t")+"\n"))
	gpkg := write("b.gpkg", "g")
	check(gpkg, hash("g"))
	write("b.gpkg-wal", "w")
	check(gpkg, hash("b.gpkg  "+hash("g")+"\nb.gpkg-wal  "+hash("w")+"\n"))
	if _, err := Sum(filepath.Join(dir, "missing")); err == nil {
		t.Error("Sum of a file that is not there gives no error")
	}
}
