// Verifies a Shuhi ledger with Go's own transparency log packages, independently of Shuhi.
//
//	verifier FOLDER KEY                  checkpoint signature; every leaf against the tree; the tree against its root
//	verifier FOLDER KEY leaf N FILE      that leaf N is the content of FILE, with an inclusion proof
//	verifier FOLDER KEY since FILE       that the log continues the checkpoint in FILE, with a consistency proof
//	verifier proof FILE KEY              a C2SP tlog-proof whose extra line is the leaf
//
// FOLDER is read as C2SP tlog-tiles says. Prints one line and exits 0, or the reason on standard error and exits 1.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Hashes of a tile: 2 to this power.
const tileHeight = 8

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 3 && args[0] == "proof" {
		return checkProof(args[1], args[2])
	}
	if len(args) < 2 {
		return errors.New("usage: verifier FOLDER KEY [leaf N FILE | since FILE], or verifier proof FILE KEY")
	}
	folder, key := args[0], args[1]
	text, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	if err != nil {
		return err
	}
	tree, err := checkpoint(text, key)
	if err != nil {
		return err
	}
	log := ledger{folder: folder, tree: tree}
	switch {
	case len(args) == 2:
		return log.checkAll()
	case len(args) == 5 && args[2] == "leaf":
		index, err := strconv.ParseInt(args[3], 10, 64)
		if err != nil {
			return err
		}
		leaf, err := os.ReadFile(args[4])
		if err != nil {
			return err
		}
		return log.checkLeaf(index, leaf)
	case len(args) == 4 && args[2] == "since":
		return log.checkSince(args[3], key)
	}
	return errors.New("unknown question")
}

// checkpoint verifies a signed note and reads the tree head in it (C2SP tlog-checkpoint).
func checkpoint(text []byte, key string) (tlog.Tree, error) {
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return tlog.Tree{}, err
	}
	signed, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(signed.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, errors.New("not a checkpoint of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

type ledger struct {
	folder string
	tree   tlog.Tree
}

// Height, ReadTiles and SaveTiles make the folder a tlog.TileReader; what it reads is checked against the root.
func (l ledger) Height() int { return tileHeight }

func (l ledger) SaveTiles([]tlog.Tile, [][]byte) {}

func (l ledger) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		// C2SP leaves the height out of the path that Go gives.
		path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", tileHeight), "tile/", 1)
		data, err := os.ReadFile(filepath.Join(l.folder, filepath.FromSlash(path)))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (l ledger) hashes() tlog.HashReader { return tlog.TileHashReader(l.tree, l) }

// entries reads the bundle with the leaves from 256*number on.
func (l ledger) entries(number int64) ([][]byte, error) {
	tile := tlog.Tile{H: tileHeight, L: 0, N: number, W: 1 << tileHeight}
	if left := l.tree.N - number<<tileHeight; left < 1<<tileHeight {
		tile.W = int(left)
	}
	path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/0/", tileHeight), "tile/entries/", 1)
	data, err := os.ReadFile(filepath.Join(l.folder, filepath.FromSlash(path)))
	if err != nil {
		return nil, err
	}
	var leaves [][]byte
	for len(data) > 0 {
		if len(data) < 2 || len(data)-2 < int(binary.BigEndian.Uint16(data)) {
			return nil, fmt.Errorf("%s ends within an entry", path)
		}
		end := 2 + int(binary.BigEndian.Uint16(data))
		leaves = append(leaves, data[2:end])
		data = data[end:]
	}
	if len(leaves) != tile.W {
		return nil, fmt.Errorf("%s has %d entries instead of %d", path, len(leaves), tile.W)
	}
	return leaves, nil
}

func (l ledger) checkAll() error {
	root, err := tlog.TreeHash(l.tree.N, l.hashes())
	if err != nil {
		return err
	}
	if root != l.tree.Hash {
		return errors.New("the tiles do not give the signed root")
	}
	for index := int64(0); index < l.tree.N; {
		leaves, err := l.entries(index >> tileHeight)
		if err != nil {
			return err
		}
		for _, leaf := range leaves {
			if err := l.included(index, leaf); err != nil {
				return err
			}
			index++
		}
	}
	fmt.Printf("%d leaves\n", l.tree.N)
	return nil
}

func (l ledger) checkLeaf(index int64, leaf []byte) error {
	if err := l.included(index, leaf); err != nil {
		return err
	}
	fmt.Printf("leaf %d of %d\n", index, l.tree.N)
	return nil
}

func (l ledger) included(index int64, leaf []byte) error {
	proof, err := tlog.ProveRecord(l.tree.N, index, l.hashes())
	if err != nil {
		return err
	}
	if err := tlog.CheckRecord(proof, l.tree.N, l.tree.Hash, index, tlog.RecordHash(leaf)); err != nil {
		return fmt.Errorf("leaf %d is not the one in the log: %w", index, err)
	}
	return nil
}

func (l ledger) checkSince(file, key string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	older, err := checkpoint(text, key)
	if err != nil {
		return err
	}
	proof, err := tlog.ProveTree(l.tree.N, older.N, l.hashes())
	if err != nil {
		return err
	}
	if err := tlog.CheckTree(proof, l.tree.N, l.tree.Hash, older.N, older.Hash); err != nil {
		return fmt.Errorf("the log does not continue the one of %d leaves: %w", older.N, err)
	}
	fmt.Printf("%d leaves continue %d\n", l.tree.N, older.N)
	return nil
}

// checkProof reads a C2SP tlog-proof.
func checkProof(file, key string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	head, signed, found := strings.Cut(string(text), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("not a proof")
	}
	leaf, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
	if err != nil {
		return err
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
	if err != nil {
		return err
	}
	var proof tlog.RecordProof
	for _, line := range lines[3:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		proof = append(proof, hash)
	}
	tree, err := checkpoint([]byte(signed), key)
	if err != nil {
		return err
	}
	if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(leaf)); err != nil {
		return fmt.Errorf("leaf %d is not the one in the log: %w", index, err)
	}
	fmt.Printf("leaf %d of %d\n", index, tree.N)
	return nil
}
