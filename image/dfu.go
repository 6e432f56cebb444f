// SPDX-License-Identifier: BSD-3-Clause

package image

import (
	"encoding/binary"
	"hash/crc32"
	"io"
)

// dfuAny is the vendor, product or release in a DFU suffix that stands for any.
const dfuAny = 0xFFFF

// WriteDFU writes the image's bytes, with the seal as it is in Data, and the suffix of
// the USB Device Class Specification for Device Firmware Upgrade 1.1, appendix B.
// Vendor and product are those of the device in DFU mode, 0xFFFF for any. The file says
// nothing of addresses: on an STM32, name the load address to the tool, as with
// dfu-util --dfuse-address.
func (im *Image) WriteDFU(w io.Writer, vendor, product uint16) error {
	suffix := binary.LittleEndian.AppendUint16(nil, dfuAny) // release of the device
	suffix = binary.LittleEndian.AppendUint16(suffix, product)
	suffix = binary.LittleEndian.AppendUint16(suffix, vendor)
	suffix = binary.LittleEndian.AppendUint16(suffix, 0x0100) // of the suffix's format
	suffix = append(suffix, "UFD\x10"...)                     // signature, and length of the suffix
	crc := crc32.Update(crc32.ChecksumIEEE(im.Data), crc32.IEEETable, suffix)
	suffix = binary.LittleEndian.AppendUint32(suffix, ^crc) // without the last complement of CRC-32
	if _, err := w.Write(im.Data); err != nil {
		return err
	}
	_, err := w.Write(suffix)
	return err
}
