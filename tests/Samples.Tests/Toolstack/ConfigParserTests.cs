using Xen.Toolstack.Config;
using Xen.Toolstack.Xl;

namespace Samples.Tests.Toolstack;

[TestClass]
public sealed class ConfigParserTests
{
    [TestMethod]
    [DataRow("", "Domain name must be specified.")]
    [DataRow("name='a'; type='arm'", "Invalid domain type arm.")]
    [DataRow("name='a'; uuid='1-2'", "Failed to parse UUID: 1-2")]
    [DataRow("name='a'; memory=0", "memory 0 is out of range")]
    [DataRow("name='a'; memory=64; maxmem=32", "maxmem must not be below memory")]
    [DataRow("name='a'; vcpus=0", "vcpus 0 is out of range")]
    [DataRow("name='a'; vcpus=4; maxvcpus=2", "maxvcpus must not be below vcpus")]
    [DataRow("name='a'; cpu_weight=70000", "cpu_weight 70000 is out of range")]
    [DataRow("name='a'; max_grant_frames=0", "max_grant_frames 0 is out of range")]
    [DataRow("name='a'; on_crash='explode'", "Unknown on_crash action \"explode\" specified")]
    [DataRow("name='a'; vif=['colour=red']", "unrecognized argument `colour=red'")]
    [DataRow("name='a'; vif='bridge=xenbr0'", "vif must be a list")]
    [DataRow("name='a'; disk='x'", "disk must be a list")]
    [DataRow("name='a'; pool='other'", "Illegal pool specified other")]
    public void A_configuration_that_cannot_work_is_refused(string text, string why)
    {
        Assert.IsTrue(XluConfig.TryParse(text, "t", out var source));
        var parser = new ConfigParser(source);
        Assert.IsNull(parser.Parse());
        Assert.AreEqual(why, parser.Error);
    }

    [TestMethod]
    [DataRow("root='/dev/xvda'; extra='quiet'", "root=/dev/xvda quiet")]
    [DataRow("root='/dev/xvda'", "root=/dev/xvda")]
    [DataRow("extra='quiet'", "quiet")]
    [DataRow("cmdline='all'; root='/dev/xvda'", "all")]
    public void The_command_line_comes_from_root_and_extra_unless_it_is_given(string text, string cmdline) =>
        Assert.AreEqual(cmdline, Parse("name='a';" + text).BuildInfo.Cmdline);

    [TestMethod]
    public void A_configuration_survives_its_JSON()
    {
        var config = Parse("""
            name = "web"
            uuid = "0d1c2b3a-0000-4000-8000-112233445566"
            kernel = "/boot/k"; ramdisk = "/boot/r"; extra = "quiet \"x\""
            memory = 64; maxmem = 128; vcpus = 2; maxvcpus = 4; cpu_weight = 512; cap = 50
            on_poweroff = "preserve"; on_reboot = "rename-restart"; on_crash = "coredump-destroy"
            nomigrate = 1
            disk = [ '/i/a.img,raw,xvda,rw,script=block', 'vdev=hdc,cdrom,format=empty', '/dev/x,raw,xvdb,r,no-discard,direct-io-safe' ]
            """);
        var json = DomainConfigJson.Write(config);
        var read = DomainConfigJson.Read(json);
        Assert.IsNotNull(read);
        Assert.AreEqual(json, DomainConfigJson.Write(read));
        Assert.AreEqual(3, read.Disks.Count);
        Assert.AreEqual(ActionOnShutdown.RenameRestart, read.OnReboot);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("[]")]
    [DataRow("{\"c_info\": 1}")]
    [DataRow("{\"c_info\": {}, \"b_info\": {}}")]
    [DataRow("{\"c_info\": {\"uuid\": \"x\"}, \"b_info\": {}}")]
    [DataRow("{\"c_info\": ")]
    public void What_is_no_stored_configuration_is_not_taken_for_one(string text) => Assert.IsNull(DomainConfigJson.Read(text));

    private static DomainConfig Parse(string text)
    {
        Assert.IsTrue(XluConfig.TryParse(text, "t", out var source), string.Join('\n', source.Messages));
        var parser = new ConfigParser(source);
        return parser.Parse() ?? throw new AssertFailedException(parser.Error);
    }
}
