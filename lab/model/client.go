// SPDX-License-Identifier: BSD-3-Clause

package model

// client begins or resumes a download in the running application.
func (m *machine) client() error {
	if int(m.download) >= len(m.plan) {
		m.session = rebooted // nothing left to do but to restart
		return nil
	}
	if m.progress >= 0 {
		m.note("client resumes %s", m.images[m.plan[m.download]].name)
		m.phase = phaseDownload
		if m.rules.has(EraseHeaderFirst) {
			return m.eraseHeader()
		}
		return nil
	}
	header := m.readHeader()
	if imageOf(header) >= 0 && m.rules.has(BeginRefused) && !m.refused {
		m.note("begin refused: a header is pending")
		m.session = rebooted
		m.denied = min(m.denied+1, maxDenied)
		return m.checkDenied()
	}
	m.note("client begins %s", m.images[m.plan[m.download]].name)
	if m.rules.has(EraseHeaderFirst) || header != blank {
		if err := m.eraseHeader(); err != nil {
			return err
		}
	}
	m.denied = 0
	m.attempts = 0
	m.progress = 0
	m.phase = phaseDownload
	if !m.rules.has(HeaderLast) {
		return m.writeHeader()
	}
	return nil
}

// stageSector erases and programs the next sector of the store.
func (m *machine) stageSector() error {
	image := m.plan[m.download]
	s := int(m.progress)
	if s > m.images[image].last {
		m.phase = phaseFinish
		return nil
	}
	c := &m.staged[s]
	want := content(image)
	if m.rules.has(ResumeRewrites) || !m.compare(c.may(want), c.must(want), "staged sector") {
		if err := m.eraseStore(stageErase[s], c); err != nil {
			return err
		}
		if err := m.programStore(c, want, stageProgram[s]); err != nil {
			return err
		}
	}
	m.progress++
	return nil
}

// finish reads the rebuilt image back, writes the header and resets.
func (m *machine) finish() error {
	image := m.plan[m.download]
	if !m.stagedReads(image) {
		m.progress = 0
		m.session = rebooted
		return nil
	}
	if m.rules.has(HeaderLast) {
		if err := m.writeHeader(); err != nil {
			return err
		}
	}
	m.note("%s is staged", m.images[image].name)
	m.download++
	m.progress = -1
	m.session = rebooted
	return nil
}

// writeHeader programs the header; one that is not blank is erased, never
// programmed again.
func (m *machine) writeHeader() error {
	if !m.header.must(blank) {
		if err := m.eraseHeader(); err != nil {
			return err
		}
	}
	m.base = m.read(m.flash[1][headID], "head id")
	return m.programStore(&m.header, content(m.plan[m.download]), "program of the staging header")
}

// The names of the store's operations.
var (
	stageErase = [sectors]string{
		"erase of staged sector 0", "erase of staged sector 1",
		"erase of staged sector 2", "erase of staged sector 3",
	}
	stageProgram = [sectors]string{
		"program of staged sector 0", "program of staged sector 1",
		"program of staged sector 2", "program of staged sector 3",
	}
)
