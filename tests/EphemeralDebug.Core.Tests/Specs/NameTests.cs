using EphemeralDebug.Core.Specs;
using Xunit;

namespace EphemeralDebug.Core.Tests.Specs;

public sealed class NameTests
{
    [Theory]
    [InlineData("web", true, true)]
    [InlineData("web-0", true, true)]
    [InlineData("0", true, true)]
    [InlineData("a.b", false, true)]
    [InlineData("", false, false)]
    [InlineData("Web", false, false)]
    [InlineData("-web", false, false)]
    [InlineData("web-", false, false)]
    [InlineData("a..b", false, false)]
    [InlineData("web\n", false, false)]
    [InlineData("a/b", false, false)]
    [InlineData("..", false, false)]
    [InlineData("we%62", false, false)]
    public void Judges_names_as_the_server_does(string name, bool isLabel, bool isSubdomain)
    {
        Assert.Equal((isLabel, isSubdomain), (NameRules.IsLabel(name), NameRules.IsSubdomain(name)));
        if (isSubdomain)
            Assert.Equal(name, NameRules.Pod(name));
        else
            Assert.Equal("InvalidPodName", Assert.Throws<DebugException>(() => NameRules.Pod(name)).ErrorId);
        if (!isLabel)
            Assert.Equal("InvalidNamespaceName", Assert.Throws<DebugException>(() => NameRules.Namespace(name)).ErrorId);
    }

    [Fact]
    public void Knows_the_longest_names()
    {
        Assert.True(NameRules.IsLabel(new string('a', 63)));
        Assert.False(NameRules.IsLabel(new string('a', 64)));
        Assert.True(NameRules.IsSubdomain(new string('a', 253)));
        Assert.False(NameRules.IsSubdomain(new string('a', 254)));
    }

    [Theory]
    [InlineData("PATH", true)]
    [InlineData("my.var-1 x", true)]
    [InlineData("1", true)]
    [InlineData("", false)]
    [InlineData("A=B", false)]
    [InlineData("Ä", false)]
    [InlineData("A\tB", false)]
    public void Judges_names_of_variables_as_the_server_does(string name, bool isValid) => Assert.Equal(isValid, NameRules.IsEnvironmentName(name));

    [Theory]
    [InlineData("busybox", true)]
    [InlineData("localhost:5000/team/x", true)]
    [InlineData("Reg.Example/x", true)]
    [InlineData("a__b/c--d.e:1.2_3-x", true)]
    [InlineData("reg.example:5000/x:1@sha256:0123456789abcdef0123456789abcdef", true)]
    [InlineData("[fd00::1]/x", true)]
    [InlineData("a___b", false)]
    [InlineData("a/", false)]
    [InlineData("/a", false)]
    [InlineData("a:", false)]
    [InlineData("a@sha256:", false)]
    [InlineData("toolbox ", false)]
    [InlineData("toolbox\n", false)]
    [InlineData("toolbox:-x", false)]
    [InlineData("https://reg.example/x", false)]
    [InlineData("", false)]
    public void Judges_images_as_kubectl_does(string image, bool isValid) => Assert.Equal(isValid, ImageReference.IsValid(image));

    [Fact]
    public void Knows_the_longest_images()
    {
        Assert.True(ImageReference.IsValid(new string('a', 255) + ":" + new string('b', 128)));
        Assert.False(ImageReference.IsValid(new string('a', 256)));
        Assert.False(ImageReference.IsValid("a:" + new string('b', 129)));
    }

    [Fact]
    public void Draws_names_from_kubectls_letters()
    {
        string[] drawn = Enumerable.Range(0, 200).Select(seed => NameSuffix.Draw(new Random(seed))).ToArray();
        Assert.All(drawn, text => Assert.Matches("^[bcdfghjklmnpqrstvwxz2456789]{5}$", text));
        Assert.True(drawn.Distinct().Count() > 150);
        Assert.Equal(NameSuffix.Draw(new Random(1)), NameSuffix.Draw(new Random(1)));
    }
}
