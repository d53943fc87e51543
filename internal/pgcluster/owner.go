package pgcluster

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// owner is the operating system user that runs postgres and owns its files.
type owner struct {
	name     string
	uid, gid int
	switched bool // another user than the one this process runs as
}

// findOwner decides who runs the cluster in dataDir, which need not exist.
func findOwner(userName, dataDir string) (owner, error) {
	self := owner{name: strconv.Itoa(os.Geteuid()), uid: os.Geteuid(), gid: os.Getegid()}
	if u, err := user.LookupId(self.name); err == nil {
		self.name = u.Username
	}
	holder, err := holderOf(dataDir)
	if err != nil {
		return owner{}, err
	}
	if self.uid != 0 {
		if holder != nil && holder.uid != self.uid {
			return owner{}, fmt.Errorf("%s belongs to user %s and this is user %s: start as %[2]s or as root, or choose another directory", dataDir, holder.name, self.name)
		}
		return self, nil
	}
	if holder != nil && holder.uid != 0 {
		return *holder, nil
	}
	names := []string{"postgres", "nobody"}
	if userName != "" {
		names = []string{userName}
	}
	for _, name := range names {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		o, err := ownerFrom(u)
		if err != nil {
			return owner{}, err
		}
		if o.uid == 0 {
			return owner{}, fmt.Errorf("PostgreSQL does not run as %s (user id 0): name an unprivileged user", name)
		}
		return o, nil
	}
	return owner{}, fmt.Errorf("PostgreSQL does not run as root and there is no user %v on this machine: add one (useradd --system postgres)", names)
}

// holderOf is the owner of an existing path, nil when it does not exist.
func holderOf(path string) (*owner, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return nil, fmt.Errorf("%s: the owner cannot be read on this system", path)
	}
	id := strconv.Itoa(int(st.Uid))
	if u, err := user.LookupId(id); err == nil {
		o, err := ownerFrom(u)
		return &o, err
	}
	return &owner{name: id, uid: int(st.Uid), gid: int(st.Gid), switched: int(st.Uid) != os.Geteuid()}, nil
}

func ownerFrom(u *user.User) (owner, error) {
	uid, err1 := strconv.Atoi(u.Uid)
	gid, err2 := strconv.Atoi(u.Gid)
	if err := errors.Join(err1, err2); err != nil {
		return owner{}, fmt.Errorf("user %s: %w", u.Username, err)
	}
	return owner{name: u.Username, uid: uid, gid: gid, switched: uid != os.Geteuid()}, nil
}

// attributes start a process as o, in a session of its own, so that a Ctrl-C on
// the terminal reaches this process alone, which then stops postgres in order.
// death is sent to the process when the thread that started it ends.
func (o owner) attributes(death syscall.Signal) *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Setsid: true, Pdeathsig: death}
	if o.switched {
		a.Credential = &syscall.Credential{Uid: uint32(o.uid), Gid: uint32(o.gid)}
	}
	return a
}

// makeDir makes a directory that o alone can open, or gives an existing one to o.
func (o owner) makeDir(path string) error {
	if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if !o.switched {
		return nil
	}
	return os.Lchown(path, o.uid, o.gid)
}

// makePath makes dir with the folders above it that are missing. Every user may
// pass through those made here, whatever this process's umask: o has to.
func makePath(dir string) error {
	var made []string
	for p := dir; ; p = filepath.Dir(p) {
		if _, err := os.Stat(p); !errors.Is(err, fs.ErrNotExist) || p == filepath.Dir(p) {
			break
		}
		made = append(made, p)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, p := range made {
		if err := os.Chmod(p, 0o755); err != nil {
			return err
		}
	}
	return nil
}

// giveAll hands a tree to o when it belongs to root, as after a restore.
func (o owner) giveAll(path string) error {
	holder, err := holderOf(path)
	if err != nil || holder == nil || !o.switched || holder.uid == o.uid {
		return err
	}
	return filepath.WalkDir(path, func(p string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(p, o.uid, o.gid)
	})
}

// reach checks that o can enter dir, which exists, and names the folder in the
// way when it cannot.
func (o owner) reach(dir string) error {
	if !o.switched {
		return nil
	}
	cmd := exec.Command("/bin/sh", "-c", ":")
	cmd.Dir = dir
	cmd.SysProcAttr = o.attributes(syscall.SIGKILL)
	err := cmd.Run()
	if err == nil {
		return nil
	}
	if !errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("run a program as user %s: %w", o.name, err)
	}
	blocked := dir
	for p := dir; ; p = filepath.Dir(p) {
		if info, err := os.Stat(p); err == nil && !o.enters(info) {
			blocked = p
		}
		if p == filepath.Dir(p) {
			break
		}
	}
	return fmt.Errorf("PostgreSQL runs as user %s, who cannot enter %s: choose a data directory elsewhere (such as /var/lib/gridpatrol), or allow it (chmod o+x %[2]s)", o.name, blocked)
}

// enters tells from the mode bits whether o may pass through a directory.
func (o owner) enters(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return true
	}
	mode := info.Mode().Perm()
	switch {
	case int(st.Uid) == o.uid:
		return mode&0o100 != 0
	case int(st.Gid) == o.gid:
		return mode&0o010 != 0
	}
	return mode&0o001 != 0
}
