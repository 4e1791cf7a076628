using System.Text;
using Xen.XenStore;

namespace Samples.Tests.XenHost;

/// <summary>Debian's xenstore tools, which know nothing of this port, on its socket.</summary>
[TestClass]
public sealed class ClientToolTests
{
    /// <summary>Commands after a dollar sign, then what they print; an exit code other than 0 stands in brackets.</summary>
    private const string Transcript = """
        $ xenstore-ls -fp /local/pool
        /local/pool/0 = ""   (n0)
        /local/pool/0/name = "Pool-0"   (n0)
        $ xenstore-ls -fp /tool
        /tool/xenstored = ""   (n0)
        $ xenstore-read /local/domain/0/name name
        Domain-0
        Domain-0
        $ xenstore-read -p name
        name: Domain-0
        $ xenstore-write /a/b 1 /a/c two
        $ xenstore-ls /a
        b = "1"
        c = "two"
        $ xenstore-read /a/none
        xenstore-read: couldn't read path /a/none
        [1]
        $ xenstore-write /a/raw x\x00y\n
        $ xenstore-read /a/raw
        x\000y\n
        $ xenstore-list /a
        b
        c
        raw
        $ xenstore-list -p /a
        /a/b
        /a/c
        /a/raw
        $ xenstore-exists /a/b
        $ xenstore-exists /a/none
        [1]
        $ xenstore-chmod /a/b n0 r5
        $ xenstore-chmod -r /a n0 w7
        $ xenstore-ls -fp /a
        /a/b = "1"   (n0,w7)
        /a/c = "two"   (n0,w7)
        /a/raw = "x\000y\n"   (n0,w7)
        $ xenstore-chmod /a/none n0
        xenstore-chmod: Error occurred setting permissions on '/a/none': No such file or directory
        [1]
        $ xenstore-rm /a/b
        $ xenstore-rm /a/b
        $ xenstore-rm /none/at/all
        xenstore-rm: could not remove path /none/at/all
        [1]
        $ xenstore-write /t/u/v 1
        $ xenstore-rm -t /t/u/v
        $ xenstore-exists /t
        [1]
        $ xenstore-write /bad*path 1
        xenstore-write: could not write path /bad*path
        [1]
        $ xenstore-rm /
        xenstore-rm: could not remove path /
        [1]

        """;

    [TestMethod]
    public void The_transcript_of_the_client_tools_is_as_written_down()
    {
        using var host = new LiveHost();
        var actual = new StringBuilder();
        foreach (var command in Transcript.Split('\n').Where(line => line.StartsWith("$ ", StringComparison.Ordinal)))
        {
            var words = command[2..].Split(' ');
            var run = host.Tool(words[0], words[1..]);
            actual.Append(command).Append('\n').Append(run.Output).Append(run.Error);
            if (run.ExitCode != 0) actual.Append('[').Append(run.ExitCode).Append("]\n");
        }
        Assert.AreEqual(Transcript, actual.ToString());
    }

    [TestMethod]
    public void Xenstore_watch_prints_what_others_change()
    {
        using var host = new LiveHost();
        using var watch = host.Start("xenstore-watch", "-n", "4", "/w", "/local/domain/0");
        host.TurnUntil(() => host.Machine.Xenstored.Connections.Sum(connection => connection.Watches.Count(w => w.Path == "/w" || w.Path == "/local/domain/0")) == 2, "both watches");
        Assert.AreEqual(0, host.Tool("xenstore-write", "/w/x", "1").ExitCode);
        Assert.AreEqual(0, host.Tool("xenstore-rm", "/w").ExitCode);
        host.TurnUntil(() => watch.Ended, "the end of xenstore-watch");
        Assert.AreEqual("/w\n/local/domain/0\n/w/x\n/w\n", watch.Result().Output);
    }

    [TestMethod]
    public void A_thousand_watches_of_one_tool_all_fire()
    {
        const int Watches = 1000;
        using var host = new LiveHost();
        using var client = host.Connect();
        var paths = Enumerable.Range(0, Watches).Select(i => $"/w/{i}").ToList();
        using var watch = host.Start("xenstore-watch", ["-n", $"{2 * Watches}", .. paths]);
        host.TurnUntil(() => host.Machine.Xenstored.Connections.Sum(connection => connection.Watches.Count(w => w.Path.StartsWith("/w/", StringComparison.Ordinal))) == Watches, "all watches");
        foreach (var path in Enumerable.Reverse(paths)) Assert.AreEqual("OK", client.Ask(XsMessageType.Write, $"{path}\0x"));
        host.TurnUntil(() => watch.Ended, "the end of xenstore-watch");
        Assert.AreEqual(string.Join('\n', paths.Concat(Enumerable.Reverse(paths))) + "\n", watch.Result().Output);
    }

    [TestMethod]
    public void A_list_too_long_for_one_message_is_listed_in_parts()
    {
        using var host = new LiveHost();
        using var client = host.Connect();
        for (var i = 0; i < 700; i++) client.Ask(XsMessageType.Write, $"/many/node-{i:0000}\0");
        var run = host.Tool("xenstore-list", "/many");
        Assert.AreEqual(string.Concat(Enumerable.Range(0, 700).Select(i => $"node-{i:0000}\n")), run.Output);
    }

    [TestMethod]
    public void A_write_of_the_tools_is_repeated_when_another_client_gets_in_between()
    {
        using var host = new LiveHost();
        using var client = host.Connect();
        client.Ask(XsMessageType.Write, "/x\0" + "0");
        using var write = host.Start("xenstore-write", "/x", "tool", "/y", "tool");
        IEnumerable<StoreTransaction> Open() => host.Machine.Xenstored.Connections.SelectMany(connection => connection.Transactions.Values);
        host.TurnUntil(() => Open().Any(transaction => transaction.AccessedNodes > 0), "the tool's first write");
        Assert.AreEqual("OK", client.Ask(XsMessageType.Write, "/x\0other"));
        host.TurnUntil(() => Open().Any(transaction => transaction.Id == 2), "the tool's second try");
        host.TurnUntil(() => write.Ended, "the end of xenstore-write");
        Assert.AreEqual(0, write.Result().ExitCode);
        Assert.AreEqual("tool", client.Ask(XsMessageType.Read, "/y\0"));
    }

    [TestMethod]
    public void Without_a_host_the_tools_say_so()
    {
        var host = new LiveHost();
        host.Dispose();
        using var read = host.Start("xenstore-read", "/a");
        Assert.AreNotEqual(0, read.Result().ExitCode);
    }
}
