package features

import (
	"testing"

	"github.com/gridpatrol/gridpatrol/internal/pgcluster/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }
