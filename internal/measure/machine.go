package measure

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

// Machine gives what this process knows of the machine, as notes: the date, the
// processor, its cores, Go, and how busy the last minute was, as other work makes
// all figures worse.
func Machine(now time.Time) [][2]string {
	return [][2]string{
		{"Date", now.UTC().Format("2006-01-02 15:04 MST")},
		{"Processor", processor()},
		{"Cores", fmt.Sprint(runtime.NumCPU())},
		{"System", runtime.GOOS + "/" + runtime.GOARCH},
		{"Go", strings.TrimPrefix(runtime.Version(), "go")},
		{"Load before", load()},
	}
}

// processor gives the name that Linux has for the first core.
func processor() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "unknown"
	}
	for line := range strings.Lines(string(info)) {
		name, value, _ := strings.Cut(line, ":")
		if name = strings.TrimSpace(name); name == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}

// load gives the mean number of tasks that wanted a core in the last minute.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	mean, _, _ := strings.Cut(string(text), " ")
	return mean
}
