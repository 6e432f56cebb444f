// SPDX-License-Identifier: BSD-3-Clause

// Package sim runs the device library on the host, over a model of flash that
// loses power.
//
// [Build] compiles the C of device/ as it ships, boot sector, RAM kernel, update
// client and patch decoder, together with the model in device/test/host, for one
// [Geometry]. [Start] starts the program, a [Device]: it boots, takes patches and
// loses power as told, thousands of times a second.
//
//	program, err := sim.Build(ctx, "device", dir, sim.NRF51, nil)
//	if err != nil {
//		return err
//	}
//	d, err := sim.Start(ctx, program)
//	if err != nil {
//		return err
//	}
//	defer d.Close()
//	err = d.Load(old.Data) // as a programmer does
//	...
//	_, err = d.Boot(1)
//	...
//	err = d.SetPatch(patch)
//	...
//	err = d.Plan(sim.Cut{At: 17, How: sim.Weak, Seed: 3})
//	...
//	err = d.Update(sim.Feed{Piece: 64}) // sim.ErrPowerCut
//
// # Errors
//
// What the device's functions return comes back as a [quine.Code]; how else a call
// may end are [ErrPowerCut], [ErrReset] and [ErrOff]. Any other error says that the
// device broke a rule of its ports, or a sanitizer's, or that the program failed;
// the device is of no use then.
//
// # What is not the device's code
//
// The start code and the vectors, which are assembler, and the flash driver. The
// host's port checks what they would be asked to do: no unit is programmed unless
// it was erased in full since it was last programmed or torn, neither boot nor the
// application writes where it has no business, and no call has a bad argument.
package sim
