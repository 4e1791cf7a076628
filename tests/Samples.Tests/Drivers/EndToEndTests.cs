using Xen.Drivers;
using Xen.Guests;
using Xen.Hypervisor;

namespace Samples.Tests.Drivers;

[TestClass]
public sealed class EndToEndTests
{
    [TestMethod]
    public void What_a_guest_writes_to_its_disk_stands_in_the_image_and_is_read_back()
    {
        var machine = new PvMachine();
        var (kernel, image) = machine.RunGuest();
        machine.Settle();
        Assert.AreEqual((DiskOutcome.Ok, null), (kernel.Disks[0].Outcome, kernel.Disks[0].Detail));
        for (var block = 0; block < kernel.Disks[0].Blocks; block++)
        {
            var wrong = BlockPattern.Check(image.AsSpan(block * BlockPattern.Size), (7 * 0x100000001B3UL) + PvMachine.Xvda, (uint)block, 1);
            Assert.IsNull(wrong);
        }
    }

    [TestMethod]
    public void The_workload_uses_direct_and_indirect_requests_flushes_and_persistent_grants()
    {
        var machine = new PvMachine();
        var (kernel, _) = machine.RunGuest();
        machine.Settle();
        var ring = machine.BackendOf(kernel.Domain).Blkif.Ring!;
        Assert.AreEqual(40 * 8, ring.Statistics.WriteSectors);
        Assert.AreEqual(40 * 8, ring.Statistics.ReadSectors);
        Assert.AreEqual(1, ring.Statistics.FlushRequests);
        Assert.IsGreaterThan(0, ring.PersistentGrants.Count);
        Assert.AreEqual(0, ring.PersistentGrants.InUse);
        Assert.AreEqual(0, ring.Inflight);
    }

    [TestMethod]
    [DataRow("1", 1)]
    [DataRow("0", 0)]
    public void A_frontend_flushes_by_a_barrier_where_the_backend_knows_no_flush(string barrier, int flushes)
    {
        var machine = new PvMachine();
        var domain = machine.Build(new GuestManifest { Workload = GuestManifest.ChecksummedBlocks, Seed = 7, Disks = 1, Blocks = 40 });
        machine.AddDisk(domain);
        machine.Settle();
        machine.Hotplug(domain);
        machine.Host.Domctl.UnpauseDomain(machine.Host.Dom0, domain.Id);
        Assert.IsTrue(machine.Simulation.RunUntil(() => machine.Read($"{PvMachine.Backend(domain.Id)}/state") == "4", PvMachine.Second));
        machine.Write($"{PvMachine.Backend(domain.Id)}/feature-flush-cache", "0");
        machine.Write($"{PvMachine.Backend(domain.Id)}/feature-barrier", barrier);
        machine.Settle();
        Assert.AreEqual((DiskOutcome.Ok, null), (machine.Kernels[0].Disks[0].Outcome, machine.Kernels[0].Disks[0].Detail));
        Assert.AreEqual(flushes, machine.BackendOf(domain).Blkif.Ring!.Statistics.FlushRequests);
    }

    [TestMethod]
    public void A_guest_discards_blocks_that_it_no_longer_needs()
    {
        var machine = new PvMachine();
        var (kernel, image) = machine.RunGuest();
        machine.Settle();
        Assert.AreEqual(0, Discard(machine, kernel, sector: 8, sectors: 16));
        Assert.AreEqual(16 * 512, image.AsSpan(8 * 512, 16 * 512).Count((byte)0));
        Assert.IsNull(BlockPattern.Check(image, (7 * 0x100000001B3UL) + PvMachine.Xvda, 0, 1), "the block before");
        Assert.IsNull(BlockPattern.Check(image.AsSpan(24 * 512, BlockPattern.Size), (7 * 0x100000001B3UL) + PvMachine.Xvda, 3, 1), "the block behind");
        Assert.AreEqual(-Errno.EIO, Discard(machine, kernel, sector: 508, sectors: 8));
        Assert.AreEqual(2, machine.BackendOf(kernel.Domain).Blkif.Ring!.Statistics.DiscardRequests);
    }

    [TestMethod]
    public void A_frontend_discards_nothing_where_the_backend_does_not_offer_it()
    {
        var machine = new PvMachine();
        var domain = machine.Build(new GuestManifest { Workload = GuestManifest.ChecksummedBlocks, Seed = 7, Disks = 1, Blocks = 4 });
        machine.AddDisk(domain);
        machine.Write($"{PvMachine.Backend(domain.Id)}/discard-enable", "0");
        machine.Hotplug(domain);
        machine.Host.Domctl.UnpauseDomain(machine.Host.Dom0, domain.Id);
        machine.Settle();
        Assert.IsNull(machine.Read($"{PvMachine.Backend(domain.Id)}/feature-discard"));
        Assert.AreEqual(-Errno.EOPNOTSUPP, Discard(machine, machine.Kernels[0], sector: 0, sectors: 8));
    }

    private static int? Discard(PvMachine machine, GuestKernel kernel, long sector, long sectors)
    {
        int? result = null;
        machine.Simulation.Post(kernel.Component, "discard", () =>
            kernel.Disks[0].Disk.Submit(new BlkRequest(BlockOperation.Discard, sector, [], error => result = error) { DiscardSectors = sectors }));
        machine.Settle();
        return result;
    }

    [TestMethod]
    public void A_connected_device_has_told_its_frontend_all_about_the_disk()
    {
        var machine = new PvMachine();
        var (kernel, _) = machine.RunGuest();
        machine.Settle();
        var back = PvMachine.Backend(kernel.Domain.Id);
        Assert.AreEqual("4", machine.Read($"{back}/state"));
        Assert.AreEqual("4", machine.Read($"{PvMachine.Frontend(kernel.Domain.Id)}/state"));
        Assert.AreEqual("512", machine.Read($"{back}/sectors"));
        Assert.AreEqual("512", machine.Read($"{back}/sector-size"));
        Assert.AreEqual("0", machine.Read($"{back}/info"));
        Assert.AreEqual("1", machine.Read($"{back}/feature-flush-cache"));
        Assert.AreEqual("1", machine.Read($"{back}/feature-persistent"));
    }

    [TestMethod]
    public void A_guest_that_is_told_to_power_off_acknowledges_and_shuts_down()
    {
        var machine = new PvMachine();
        var (kernel, _) = machine.RunGuest();
        machine.Settle();
        machine.Write($"/local/domain/{kernel.Domain.Id}/control/shutdown", "poweroff");
        machine.Settle();
        Assert.AreEqual("", machine.Read($"/local/domain/{kernel.Domain.Id}/control/shutdown"));
        Assert.AreEqual(ShutdownReason.Poweroff, kernel.Domain.ShutdownCode);
    }

    [TestMethod]
    public void A_guest_ignores_a_shutdown_word_that_it_does_not_know()
    {
        var machine = new PvMachine();
        var (kernel, _) = machine.RunGuest();
        machine.Settle();
        machine.Write($"/local/domain/{kernel.Domain.Id}/control/shutdown", "dance");
        machine.Settle();
        Assert.AreEqual("dance", machine.Read($"/local/domain/{kernel.Domain.Id}/control/shutdown"));
        Assert.IsFalse(kernel.Domain.ShutDown);
    }

    [TestMethod]
    public void A_device_that_the_toolstack_closes_leaves_nothing_mapped()
    {
        var machine = new PvMachine();
        var (kernel, _) = machine.RunGuest();
        machine.Settle();
        var loop = machine.Host.LoopDevices.Attached[0];
        var back = PvMachine.Backend(kernel.Domain.Id);
        machine.Write($"{back}/online", "0");
        machine.Write($"{back}/state", "5");
        machine.Settle();
        Assert.AreEqual("6", machine.Read($"{back}/state"));
        Assert.AreEqual(0, loop.Openers);
        Assert.IsEmpty(machine.Backends.Devices);
        Assert.AreEqual(1, machine.Host.Dom0.GrantTable.Maptrack.Count(m => m.InUse), "only the store's ring stays mapped");
        Assert.IsEmpty(HypervisorInvariants.Check(machine.Host));
    }

    [TestMethod]
    public void A_guest_that_is_destroyed_in_the_middle_of_its_io_is_gone_when_the_io_is_done()
    {
        var machine = new PvMachine();
        var (kernel, _) = machine.RunGuest();
        Assert.IsTrue(machine.Simulation.RunUntil(() => kernel.Disks.Count > 0 && kernel.Disks[0].Completed > 2, PvMachine.Second));
        var inflight = machine.BackendOf(kernel.Domain).Blkif.Ring!.Inflight;
        Assert.AreEqual(0, machine.Host.Domctl.DestroyDomain(machine.Host.Dom0, kernel.Domain.Id));
        Assert.IsGreaterThan(0, inflight);
        Assert.IsFalse(kernel.Domain.Destroyed, "blkback still maps its pages");
        machine.Remove(PvMachine.Backend(kernel.Domain.Id));
        machine.Settle();
        Assert.IsTrue(kernel.Domain.Destroyed);
        Assert.IsEmpty(HypervisorInvariants.Check(machine.Host));
    }

    [TestMethod]
    [DataRow(1UL)]
    [DataRow(2UL)]
    [DataRow(77UL)]
    public void Equal_seeds_give_equal_traces(ulong seed)
    {
        ulong Run()
        {
            var machine = new PvMachine(seed);
            machine.RunGuest();
            machine.Settle();
            return machine.Simulation.TraceHash;
        }

        Assert.AreEqual(Run(), Run());
    }

    [TestMethod]
    public void A_frontend_falls_silent_when_the_backend_gives_its_requests_no_answer()
    {
        var machine = new PvMachine();
        var (kernel, _) = machine.RunGuest();
        Assert.IsTrue(machine.Simulation.RunUntil(() => kernel.Disks.Count > 0 && kernel.Disks[0].Completed > 2, PvMachine.Second));
        var ring = machine.BackendOf(kernel.Domain).Blkif.Ring!.Ring!;
        ring.RequestConsumer += 100;
        machine.Settle();
        Assert.AreEqual(DiskOutcome.Lost, kernel.Disks[0].Outcome);
    }

    [TestMethod]
    public void A_byte_that_flips_in_the_image_is_found_by_reading_back()
    {
        var machine = new PvMachine();
        var (kernel, image) = machine.RunGuest();
        machine.Settle();
        image[(5 * BlockPattern.Size) + 1000] ^= 1;
        Assert.IsTrue(machine.Simulation.RunAs(kernel.Component, () => Assert.IsTrue(kernel.Disks[0].ReadBack(() => { }))));
        machine.Settle();
        Assert.AreEqual((DiskOutcome.Corrupt, "block 5 is torn"), (kernel.Disks[0].Outcome, kernel.Disks[0].Detail));
    }

    [TestMethod]
    public void A_damaged_kernel_image_is_a_guest_crash()
    {
        var machine = new PvMachine();
        var image = GuestImage.Build("workload=none\n");
        image[^1] ^= 1;
        var domain = machine.Build(new GuestManifest(), image);
        machine.Host.Domctl.UnpauseDomain(machine.Host.Dom0, domain.Id);
        machine.Settle();
        Assert.AreEqual(ShutdownReason.Crash, domain.ShutdownCode);
        StringAssert.Contains(domain.Kernel.Death, "kernel image is damaged");
    }

    [TestMethod]
    public void An_exception_in_blkback_is_a_crash_of_the_host()
    {
        var machine = new PvMachine();
        var (kernel, _) = machine.RunGuest();
        machine.Settle();
        machine.Simulation.RunAs(machine.Backends.Xenbus.Component, () => throw new InvalidOperationException("oops"));
        StringAssert.StartsWith(machine.Host.CrashReason, "blkback: InvalidOperationException: oops in ");
        Assert.IsFalse(kernel.Component.Alive);
        Assert.IsFalse(machine.Simulation.RunUntil(() => false, PvMachine.Second));
    }
}
