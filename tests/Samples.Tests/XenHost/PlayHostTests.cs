using Xen.XenHost;
using Xen.XenStore;

namespace Samples.Tests.XenHost;

/// <summary>The host to play with, as its user sees it.</summary>
[TestClass]
public sealed class PlayHostTests : IDisposable
{
    private readonly LiveHost host = new();
    private readonly string samples = Path.Combine(Samples(), "samples", "XenHost");

    public void Dispose() => host.Dispose();

    [TestMethod]
    public void A_guest_is_created_listed_given_a_disk_and_destroyed_and_the_store_shows_it()
    {
        Assert.AreEqual(new ToolRun(0, $"Parsing config from {Path.Combine(samples, "web1.cfg")}\n", ""), host.Xl(samples, "create", "web1.cfg"));
        StringAssert.Contains(host.Xl(samples, "list").Output, "web1    ");
        using var store = host.Connect();
        Assert.AreEqual("web1", store.Ask(XsMessageType.Read, "/local/domain/1/name\0"));

        const string Disk = "format=raw, vdev=xvdb, access=rw, script=block, target=/srv/images/data.img";
        Assert.AreEqual(0, host.Xl(samples, "block-attach", "web1", Disk).ExitCode);
        host.TurnUntil(() => store.Ask(XsMessageType.Read, "/local/domain/1/device/vbd/51728/state\0") == "4", "the disk is connected");
        StringAssert.Contains(host.Xl(samples, "block-list", "web1").Output, "51728");

        Assert.AreEqual(0, host.Xl(samples, "destroy", "web1").ExitCode);
        Assert.AreEqual("ENOENT", store.Ask(XsMessageType.Read, "/local/domain/1/name\0"));
        Assert.DoesNotContain("web1", host.Xl(samples, "list").Output);
    }

    [TestMethod]
    public void The_image_that_a_configuration_names_comes_along()
    {
        var folder = Directory.CreateTempSubdirectory("xs").FullName;
        var image = Path.Combine(folder, "disk.img");
        File.WriteAllBytes(image, new byte[64 * 4096]);
        File.WriteAllText(Path.Combine(folder, "mine.cfg"), File.ReadAllText(Path.Combine(samples, "web1.cfg")).Replace("/srv/images/web1.img", image, StringComparison.Ordinal));
        Assert.AreEqual(new ToolRun(0, "", ""), host.Xl(folder, "create", "-q", "mine.cfg"));
        Assert.AreEqual(64 * 4096, host.Machine.Host.Files.Open(image)!.Length);
        host.TurnUntil(() => host.Machine.Kernel(1) is { Finished: true }, "the guest has used its disk");
        Assert.AreEqual(Xen.Guests.DiskOutcome.Ok, host.Machine.Kernel(1)!.Disks[0].Outcome);
        Directory.Delete(folder, recursive: true);
    }

    [TestMethod]
    public void An_image_that_is_too_large_to_come_along_is_named()
    {
        var folder = Directory.CreateTempSubdirectory("xs").FullName;
        var image = Path.Combine(folder, "disk.img");
        using (var file = File.Create(image)) file.SetLength((CommandFrame.MaxContent / 2) + 1);
        File.WriteAllText(Path.Combine(folder, "mine.cfg"), File.ReadAllText(Path.Combine(samples, "web1.cfg")).Replace("/srv/images/web1.img", image, StringComparison.Ordinal));
        var run = host.Xl(folder, "create", "-q", "mine.cfg");
        Assert.AreEqual(3, run.ExitCode);
        StringAssert.StartsWith(run.Error, $"xl: {image} stays here: it has 33554433 bytes, and the simulated host takes images of at most 33554432 (make a smaller one)\n");
        Directory.Delete(folder, recursive: true);
    }

    [TestMethod]
    public void An_error_goes_to_standard_error_with_the_exit_code_of_the_command()
    {
        var run = host.Xl(samples, "create", "missing.cfg");
        Assert.AreEqual(1, run.ExitCode);
        Assert.AreEqual("Failed to read config file: missing.cfg: No such file or directory\n", run.Error);
        Assert.AreEqual(1, host.Xl(samples, "destroy", "nobody").ExitCode);
    }

    [TestMethod]
    public void A_command_that_is_interrupted_ends_in_Dom0_too()
    {
        host.Xl(samples, "create", "web1.cfg");
        using (var socket = RunFolder.Connect(host.Folder.CommandSocket)!)
        {
            foreach (var argument in new[] { "shutdown", "-w", "web1" }) socket.Send(Frame(CommandFrameKind.Argument, argument));
            host.Xl(samples, "pause", "web1");
            socket.Send(Frame(CommandFrameKind.Run, ""));
            host.TurnUntil(() => Waiting() == 1, "xl waits for a guest that cannot answer");
        }
        host.TurnUntil(() => Waiting() == 0, "the end of xl");
    }

    [TestMethod]
    public void Nonsense_on_the_command_socket_is_refused_and_nobody_else_notices()
    {
        using var socket = RunFolder.Connect(host.Folder.CommandSocket)!;
        socket.Send([1, 2, 3, 255, 255, 255, 255, 255]);
        host.TurnUntil(() => socket.Available > 0, "the refusal");
        Assert.AreEqual(0, host.Xl(samples, "list").ExitCode);
    }

    [TestMethod]
    public void A_crash_of_the_host_is_told_to_whoever_waits()
    {
        host.Machine.Host.Crash("oops in blkback");
        var run = host.Xl(samples, "list");
        Assert.AreEqual(1, run.ExitCode);
        Assert.AreEqual("xl: the host has crashed: oops in blkback\n", run.Error);
    }

    [TestMethod]
    public void Without_a_host_xl_says_how_to_start_one()
    {
        var nowhere = new RunFolder(Path.Combine(host.Folder.Path, "nowhere"));
        var thrown = Assert.ThrowsExactly<HostException>(() => new XlCommand(nowhere, samples, Stream.Null, Stream.Null).Run(["list"]));
        StringAssert.StartsWith(thrown.Message, "no host is running: nothing listens on ");
    }

    [TestMethod]
    public void A_second_host_does_not_take_the_sockets_of_the_first()
    {
        var thrown = Assert.ThrowsExactly<HostException>(() => RunFolder.Listen(host.Folder.StoreSocket));
        StringAssert.Contains(thrown.Message, "a host is running already");
        Assert.AreEqual(0, host.Xl(samples, "list").ExitCode);
    }

    [TestMethod]
    public void What_an_earlier_host_left_behind_is_replaced_and_a_foreign_file_is_not()
    {
        var path = Path.Combine(host.Folder.Path, "stale");
        using (RunFolder.Listen(path + ".killed"))
        {
            // Moved away, it is not cleaned up, as after kill -9.
            File.Move(path + ".killed", path);
        }
        Assert.IsTrue(File.Exists(path));
        RunFolder.Listen(path).Dispose();
        File.WriteAllText(path, "precious");
        StringAssert.Contains(Assert.ThrowsExactly<HostException>(() => RunFolder.Listen(path)).Message, "it is no socket");
        Assert.AreEqual("precious", File.ReadAllText(path));
    }

    [TestMethod]
    public void A_run_folder_that_cannot_be_made_is_one_clear_line()
    {
        var file = Path.Combine(host.Folder.Path, "file");
        File.WriteAllText(file, "");
        var thrown = Assert.ThrowsExactly<HostException>(() => new RunFolder(Path.Combine(file, "below")).Create());
        StringAssert.StartsWith(thrown.Message, "cannot use the run folder ");
    }

    private int Waiting() => host.Machine.Simulation.Components.Count(component => component.Alive && component.Name == "xl shutdown");

    private static byte[] Frame(CommandFrameKind kind, string text) => new CommandFrame(kind, System.Text.Encoding.UTF8.GetBytes(text)).Encode();

    private static string Samples()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Mutators.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
