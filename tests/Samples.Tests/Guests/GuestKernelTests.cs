using System.Text;
using Samples.Tests.Drivers;
using Xen.Guests;
using Xen.Hypervisor;

namespace Samples.Tests.Guests;

[TestClass]
public sealed class GuestKernelTests
{
    private readonly PvMachine machine = new();

    [TestMethod]
    public void A_manifest_survives_its_text_and_the_command_line_overrides_it()
    {
        var manifest = new GuestManifest { Workload = GuestManifest.ChecksummedBlocks, Seed = 5, Blocks = 9, Rounds = 2, QueueDepth = 3, Disks = 1 };
        Assert.AreEqual(manifest, GuestManifest.Parse(manifest.ToString(), "root=/dev/xvda ro"));
        Assert.AreEqual(manifest with { Blocks = 11 }, GuestManifest.Parse(manifest.ToString(), "quiet blocks=11 rounds=many"));
    }

    [TestMethod]
    public void A_kernel_image_gives_its_manifest_back_from_memory_and_none_after_any_damage()
    {
        var image = GuestImage.Build("workload=none\n");
        var start = image.AsSpan().IndexOf("XGST"u8);
        Assert.AreEqual("workload=none\n", GuestImage.Manifest(image.AsSpan(start)));
        Assert.IsNull(GuestImage.Manifest(image.AsSpan(start + 1)));
        image[^100] ^= 1;
        Assert.IsNull(GuestImage.Manifest(image.AsSpan(start)));
    }

    [TestMethod]
    public void A_guest_without_its_disk_says_so_after_half_a_minute()
    {
        var domain = machine.Build(new GuestManifest { Workload = GuestManifest.ChecksummedBlocks, Disks = 1 });
        machine.Host.Domctl.UnpauseDomain(machine.Host.Dom0, domain.Id);
        machine.Settle();
        var kernel = machine.Kernels.Single();
        Assert.AreEqual((true, true, true), (kernel.Booted, kernel.DisksMissing, kernel.Finished));
        Assert.IsGreaterThanOrEqualTo(GuestKernel.DiskTimeoutNs, machine.Simulation.Now);
    }

    [TestMethod]
    public void The_heart_of_a_guest_beats_except_while_it_is_paused()
    {
        var (kernel, _) = machine.RunGuest();
        machine.Settle();
        machine.Host.Domctl.PauseDomain(machine.Host.Dom0, kernel.Domain.Id);
        var before = kernel.Heartbeats;
        machine.Simulation.RunFor(10 * GuestKernel.HeartbeatIntervalNs);
        Assert.AreEqual(before, kernel.Heartbeats);
        machine.Host.Domctl.UnpauseDomain(machine.Host.Dom0, kernel.Domain.Id);
        machine.Simulation.RunFor(10 * GuestKernel.HeartbeatIntervalNs);
        Assert.IsGreaterThan(before + 8, kernel.Heartbeats);
    }

    [TestMethod]
    public void A_guest_tells_the_store_how_its_disk_fared()
    {
        var (kernel, _) = machine.RunGuest();
        machine.Settle();
        Assert.AreEqual($"Ok {kernel.Disks[0].Digest:x16}", machine.Read($"/local/domain/{kernel.Domain.Id}/data/disk-{PvMachine.Xvda}"));
    }

    [TestMethod]
    public void A_guest_writes_its_console_into_the_ring_page()
    {
        var (kernel, _) = machine.RunGuest();
        machine.Settle();
        var page = kernel.Domain.OwnPage(kernel.StartInfo!.ConsoleMfn)!;
        var length = (int)page.ReadUInt32(GuestConsole.OutProducerOffset);
        var text = Encoding.ASCII.GetString(page.Read.Slice(GuestConsole.OutOffset, length));
        Assert.AreEqual($"Linux version 6.1 booting, 256 pages\r\nvd{PvMachine.Xvda}: 512 sectors\r\nvd{PvMachine.Xvda}: Ok\r\n", text);
    }

    [TestMethod]
    [DataRow("reboot", ShutdownReason.Reboot)]
    [DataRow("halt", ShutdownReason.Poweroff)]
    public void A_guest_does_what_control_shutdown_says(string word, ShutdownReason reason)
    {
        var (kernel, _) = machine.RunGuest();
        Assert.IsTrue(machine.Simulation.RunUntil(() => kernel.Disks.Count > 0 && kernel.Disks[0].Completed > 2, PvMachine.Second));
        machine.Write($"/local/domain/{kernel.Domain.Id}/control/shutdown", word);
        machine.Settle();
        Assert.AreEqual((reason, DiskOutcome.Stopped), (kernel.Domain.ShutdownCode, kernel.Disks[0].Outcome));
    }

    [TestMethod]
    public void A_guest_that_is_shutting_down_starts_nothing_on_a_disk_that_appears()
    {
        var (kernel, image) = machine.RunGuest();
        machine.Write($"/local/domain/{kernel.Domain.Id}/control/shutdown", "poweroff");
        machine.Settle();
        Assert.IsEmpty(kernel.Disks);
        Assert.AreEqual(image.Length, image.AsSpan().Count((byte)0));
    }

    [TestMethod]
    public void A_read_only_disk_is_left_alone()
    {
        var domain = machine.Build(new GuestManifest { Workload = GuestManifest.ChecksummedBlocks, Disks = 1 });
        machine.AddDisk(domain, mode: "r");
        machine.Hotplug(domain, readOnly: true);
        machine.Host.Domctl.UnpauseDomain(machine.Host.Dom0, domain.Id);
        machine.Settle();
        Assert.AreEqual((DiskOutcome.Ok, 0L), (machine.Kernels[0].Disks[0].Outcome, machine.Kernels[0].Disks[0].Completed));
    }

    [TestMethod]
    public void A_disk_that_is_unplugged_is_missed_when_the_guest_needs_it()
    {
        var (kernel, _) = machine.RunGuest();
        machine.Settle();
        machine.Write($"{PvMachine.Backend(kernel.Domain.Id)}/online", "0");
        machine.Write($"{PvMachine.Backend(kernel.Domain.Id)}/state", "5");
        machine.Settle();
        Assert.AreEqual((1, false), (kernel.Disks.Count, kernel.DisksMissing), "closed, and still there");
        machine.Remove(PvMachine.Frontend(kernel.Domain.Id));
        machine.Settle();
        Assert.AreEqual((0, true), (kernel.Disks.Count, kernel.DisksMissing));
    }

    [TestMethod]
    public void Many_rounds_with_little_memory_give_every_page_and_grant_back()
    {
        var (kernel, _) = machine.RunGuest(new GuestManifest
        {
            Workload = GuestManifest.ChecksummedBlocks, Disks = 1, Blocks = 64, Rounds = 5, QueueDepth = 6,
        });
        machine.Settle();
        Assert.AreEqual((DiskOutcome.Ok, null), (kernel.Disks[0].Outcome, kernel.Disks[0].Detail));
        Assert.AreEqual(kernel.Grants.InUse, kernel.Pages!.InUse, "the ring page and the pool of granted pages, nothing else");
    }
}
