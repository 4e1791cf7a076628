using System.Buffers.Binary;
using Xen.Guests;
using Xen.Toolstack.Libxc;
using Xen.XenWorkloads;

namespace Samples.Tests.Toolstack;

[TestClass]
public sealed class SaveTests
{
    private const string SavePath = "/srv/web.save";

    private readonly XlBench bench = new();

    private static DomainPlan Busy => XlBench.Plan() with { Role = GuestManifest.KeyValue, Blocks = 40, Operations = 150, Patterns = 48 };

    [TestMethod]
    public void A_saved_domain_is_gone_and_comes_back_with_its_memory_and_its_disk()
    {
        var domid = bench.Create(Busy with { Operations = 20 });
        var beats = bench.Machine.Kernel(domid)!.Heartbeats;
        Assert.AreEqual(0, bench.Code("save", "web", SavePath));
        Assert.AreEqual("", bench.Violated());
        Assert.AreEqual(1, bench.Host.Domains.Count);

        Assert.AreEqual(0, bench.Code("restore", SavePath));
        var restored = bench.Machine.DomidOf("web");
        Assert.IsNull(bench.Monitors.Ping(restored));
        var kernel = bench.Machine.Kernel(restored)!;
        Assert.AreEqual(1, kernel.Resumes);
        Assert.IsGreaterThanOrEqualTo(beats, kernel.Heartbeats);
        Assert.IsNull(bench.Monitors.Programs(restored));
        Assert.AreEqual("", bench.Violated());
    }

    [TestMethod]
    public void A_guest_that_is_saved_in_the_middle_of_its_work_goes_on_with_it()
    {
        Assert.AreEqual(0, bench.Code("create", bench.Machine.WriteConfig(Busy)));
        bench.Machine.Simulation.RunFor(20_000_000);
        Assert.IsFalse(bench.Machine.Kernel(bench.Machine.DomidOf("web"))!.Finished);
        Assert.AreEqual(0, bench.Code("save", "web", SavePath));
        Assert.AreEqual(0, bench.Code("restore", SavePath));
        var restored = bench.Machine.DomidOf("web");
        Assert.IsTrue(bench.Monitors.Wait(() => bench.Machine.Kernel(restored) is { Finished: true }, 60 * Monitors.SecondNs));
        Assert.IsNull(bench.Monitors.Programs(restored));
        Assert.AreEqual("", bench.Violated());
    }

    [TestMethod]
    public void The_blocks_of_a_guest_survive_a_save_in_the_middle_of_writing_them()
    {
        Assert.AreEqual(0, bench.Code("create", bench.Machine.WriteConfig(XlBench.Plan() with { Blocks = 64, Rounds = 6 })));
        bench.Machine.Simulation.RunFor(10_000_000);
        Assert.AreEqual(0, bench.Code("save", "web", SavePath));
        Assert.AreEqual(0, bench.Code("restore", SavePath));
        var restored = bench.Machine.DomidOf("web");
        Assert.IsTrue(bench.Monitors.Wait(() => bench.Machine.Kernel(restored) is { Finished: true }, 60 * Monitors.SecondNs));
        Assert.IsNull(bench.Monitors.DiskReadBack(restored), bench.Machine.Consoles.Text(restored));
    }

    [TestMethod]
    public void A_checkpoint_leaves_the_domain_running()
    {
        var domid = bench.Create(Busy);
        Assert.AreEqual(0, bench.Code("save", "-c", "web", SavePath));
        Assert.IsNull(bench.Monitors.Heartbeat());
        Assert.AreEqual(domid, bench.Machine.DomidOf("web"));
        Assert.AreEqual(1, bench.Machine.Kernel(domid)!.Resumes);
        Assert.IsNull(bench.Monitors.Programs(domid));
        Assert.AreEqual("", bench.Violated());
    }

    [TestMethod]
    public void A_domain_can_stay_paused_after_a_save_and_after_a_restore()
    {
        bench.Create(XlBench.Plan(disks: 0));
        Assert.AreEqual(0, bench.Code("save", "-p", "web", SavePath));
        Assert.AreEqual(1, bench.Host.FindDomain(bench.Machine.DomidOf("web"))!.ControllerPauseCount);
        Assert.AreEqual(0, bench.Code("destroy", "web"));
        bench.Settle();
        Assert.AreEqual(0, bench.Code("restore", "-p", SavePath));
        Assert.AreEqual(1, bench.Host.FindDomain(bench.Machine.DomidOf("web"))!.ControllerPauseCount);
    }

    [TestMethod]
    public void The_file_has_the_originals_structure()
    {
        bench.Create(XlBench.Plan(disks: 0));
        bench.Code("save", "web", SavePath);
        var file = bench.Files.Open(SavePath)!.AsSpan();
        Assert.IsTrue(file.StartsWith("Xen saved domain, xl format\n \0 \r"u8));
        Assert.AreEqual(0x01020304u, BinaryPrimitives.ReadUInt32LittleEndian(file[32..]));
        var optional = (int)BinaryPrimitives.ReadUInt32LittleEndian(file[44..]);
        file = file[(48 + optional)..];
        Assert.IsTrue(file.StartsWith("LibxlFmt"u8));
        file = file[24..];
        Assert.AreEqual(ulong.MaxValue, BinaryPrimitives.ReadUInt64BigEndian(file));
        Assert.IsTrue(file[8..].StartsWith("XENF"u8));
        file = file[40..];
        var types = new List<RecordType>();
        while (types.Count == 0 || types[^1] != RecordType.End)
        {
            types.Add((RecordType)BinaryPrimitives.ReadUInt32LittleEndian(file));
            file = file[(8 + MigrationStream.Padded(BinaryPrimitives.ReadUInt32LittleEndian(file[4..])))..];
        }
        CollectionAssert.AreEqual(
            new[]
            {
                RecordType.X86PvInfo, RecordType.StaticDataEnd, RecordType.X86PvP2mFrames, RecordType.PageData, RecordType.X86TscInfo,
                RecordType.SharedInfo, RecordType.X86PvVcpuBasic, RecordType.End,
            },
            types);
        Assert.AreEqual(8, file.Length);
    }

    [TestMethod]
    [DataRow(0, "File has wrong magic number - corrupt or for a different tool?")]
    [DataRow(33, "File has wrong byte order")]
    [DataRow(37, "Savefile has mandatory flag(s) 0x0000ff00 which are not supported; need newer xl")]
    public void A_damaged_header_is_refused(int offset, string error)
    {
        Damage(file => file[offset] = 0xFF);
        var process = bench.Xl("restore", SavePath);
        Assert.AreEqual((1, error), (process.ExitCode, process.Error));
        Assert.AreEqual("", bench.Violated());
    }

    [TestMethod]
    [DataRow(0, "Invalid ident: expected 0x4c6962786c466d74, got 0xff6962786c466d74")]
    [DataRow(11, "Unexpected Version: expected 2, got 255")]
    [DataRow(15, "Unable to handle big endian streams")]
    [DataRow(16, "Unrecognised record 0x000000ff")]
    [DataRow(24 + 0, "xc: error: Invalid marker: Got 0x00ffffffffffffff: Internal error")]
    [DataRow(24 + 8, "xc: error: Invalid ID: Expected 0x58454e46, Got 0xff454e46: Internal error")]
    [DataRow(24 + 15, "xc: error: Invalid Version: Expected 2 <= version < 4, Got 255: Internal error")]
    [DataRow(24 + 28, "xc: error: Unsupported page shift 255: Internal error")]
    [DataRow(24 + 40 + 0, "xc: error: Unknown mandatory record type 0x000000ff: Internal error")]
    [DataRow(24 + 40 + 7, "xc: error: Record (0x00000002, X86PvInfo) length 0xff000008 exceeds max (0x8000000): Internal error")]
    [DataRow(24 + 40 + 8, "xc: error: Unexpected guest width 255, Expected 8: Internal error")]
    public void A_damaged_stream_is_refused_and_leaves_nothing(int offset, string error)
    {
        Damage(file => file[StreamStart(file) + offset] = (byte)(offset == 24 ? 0 : 0xFF));
        var before = bench.Store();
        var process = bench.Xl("restore", SavePath);
        Assert.AreEqual(1, process.ExitCode);
        Assert.IsTrue(bench.Logged(process, error), string.Join('\n', process.Context.Log.Lines));
        Assert.AreEqual("", bench.Violated());
        Assert.AreEqual(before, bench.Store());
    }

    [TestMethod]
    [DataRow(20, "file/stream truncated reading header from /srv/web.save")]
    [DataRow(100, "file/stream truncated reading optional data from /srv/web.save")]
    public void A_truncated_header_is_refused(int length, string error)
    {
        Damage(_ => { });
        bench.Files.Write(SavePath, bench.Files.Open(SavePath)![..length]);
        var process = bench.Xl("restore", SavePath);
        Assert.AreEqual(1, process.ExitCode);
        Assert.IsTrue(bench.Logged(process, error));
        Assert.AreEqual("", bench.Violated());
    }

    [TestMethod]
    [DataRow(8, "unexpected eof while reading the stream header")]
    [DataRow(20, "unexpected eof while reading the record header")]
    [DataRow(30, "xc: error: Failed to read Image Header from stream: Internal error")]
    [DataRow(70, "xc: error: Failed to read Record Header from stream: Internal error")]
    [DataRow(100_000, "xc: error: Failed to read 4202504 bytes of body for record 0x00000001, PageData from stream: Internal error")]
    [DataRow(-8, "unexpected eof while reading the record header")]
    public void A_truncated_stream_is_refused_and_leaves_nothing(int length, string error)
    {
        Damage(_ => { });
        var file = bench.Files.Open(SavePath)!;
        bench.Files.Write(SavePath, length < 0 ? file[..^-length] : file[..(StreamStart(file) + length)]);
        var process = bench.Xl("restore", SavePath);
        Assert.AreEqual(1, process.ExitCode);
        Assert.IsTrue(bench.Logged(process, error), string.Join('\n', process.Context.Log.Lines));
        Assert.AreEqual("", bench.Violated());
    }

    [TestMethod]
    public void A_guest_that_does_not_answer_is_not_saved_and_goes_on()
    {
        var domid = bench.Create();
        bench.Code("pause", "web");
        var process = bench.Xl("save", "web", SavePath);
        Assert.AreEqual((1, "Failed to save domain, resuming domain"), (process.ExitCode, process.Error));
        Assert.IsTrue(bench.Logged(process, "guest didn't acknowledge suspend, request cancelled"));
        Assert.AreEqual(0, bench.Code("unpause", "web"));
        Assert.IsNull(bench.Monitors.DiskReadBack(domid));
        Assert.AreEqual("", bench.Violated());
    }

    [TestMethod]
    public void A_full_disk_ends_a_save_and_the_domain_goes_on()
    {
        var domid = bench.Create();
        bench.Files.CapacityBytes = bench.Files.UsedBytes + 100_000;
        var process = bench.Xl("save", "web", SavePath);
        Assert.AreEqual((1, "Failed to save domain, resuming domain"), (process.ExitCode, process.Error));
        Assert.IsTrue(bench.Logged(process, "Failed to write to the stream: No space left on device: Internal error"));
        Assert.IsNull(bench.Monitors.Heartbeat());
        Assert.IsNull(bench.Monitors.DiskReadBack(domid));
        Assert.AreEqual("", bench.Violated());
    }

    [TestMethod]
    public void Memory_that_changed_in_the_file_is_noticed_by_the_guest()
    {
        bench.Create(XlBench.Plan(disks: 0) with { Patterns = 64 });
        bench.Code("save", "web", SavePath);
        var file = bench.Files.Open(SavePath)!;
        file[^1_000_000] ^= 1;
        file[^100_000] ^= 1;
        bench.Code("restore", SavePath);
        var restored = bench.Machine.DomidOf("web");
        bench.Monitors.Ping(restored);
        StringAssert.Contains(bench.Monitors.Programs(restored), "has changed at");
    }

    [TestMethod]
    public void A_helper_that_dies_ends_the_save_and_the_domain_goes_on()
    {
        var domid = bench.Create();
        var process = Xen.Toolstack.Xl.XlProcess.Start(bench.Machine.Services, "save", "web", SavePath);
        Xen.Hypervisor.Component? Helper() => bench.Machine.Simulation.Components.FirstOrDefault(component => component.Name == "libxl-save-helper");
        bench.Monitors.Wait(() => Helper() is not null && bench.Host.FindDomain(domid) is { ShutDown: true }, Monitors.SecondNs);
        Helper()!.Kill("SIGKILL");
        bench.Monitors.Wait(() => process.ExitCode is not null, Monitors.CommandLimitNs);
        Assert.AreEqual(1, process.ExitCode);
        Assert.IsTrue(bench.Logged(process, "libxl-save-helper died: SIGKILL"));
        Assert.IsNull(bench.Monitors.Heartbeat());
        Assert.AreEqual("", bench.Violated());
    }

    [TestMethod]
    [DataRow("save nobody /x", "nobody is an invalid domain identifier (rc=-6)")]
    [DataRow("save 0 /x", "Cannot save privileged domain 0.")]
    [DataRow("save 0", "'xl save' requires at least 2 arguments.")]
    [DataRow("restore /missing", "Can't open restore file: /missing: No such file or directory")]
    public void A_mistake_is_exit_code_1_and_one_line(string line, string error)
    {
        var process = bench.Xl(line.Split(' '));
        Assert.AreEqual((1, error), (process.ExitCode, process.Error));
    }

    private void Damage(Action<byte[]> damage)
    {
        bench.Create(XlBench.Plan(disks: 0));
        Assert.AreEqual(0, bench.Code("save", "web", SavePath));
        bench.Settle();
        damage(bench.Files.Open(SavePath)!);
    }

    private static int StreamStart(byte[] file) => 48 + (int)BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(44));
}
