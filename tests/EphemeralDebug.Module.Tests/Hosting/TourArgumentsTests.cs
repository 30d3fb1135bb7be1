using EphemeralDebug.Tour;

namespace EphemeralDebug.Module.Tests.Hosting;

public sealed class TourArgumentsTests
{
    [Fact]
    public void Nothing_is_the_tutorial() => Assert.Equal(new TourArguments(TourCommand.Tutorial), TourArguments.Parse([]).Arguments);

    [Fact]
    public void A_shell_takes_a_cluster_of_the_users()
    {
        TourArguments expected = new(TourCommand.Shell, "my config", "kind");
        Assert.Equal(expected, TourArguments.Parse(["shell", "--kubeconfig", "my config", "--context=kind"]).Arguments);
        Assert.Equal(expected, TourArguments.Parse(["--context", "kind", "--kubeconfig=my config", "shell"]).Arguments);
    }

    [Theory]
    [InlineData("help")]
    [InlineData("--help")]
    [InlineData("-h")]
    public void Help_has_the_usual_names(string name) => Assert.Equal(TourCommand.Help, TourArguments.Parse([name]).Arguments?.Command);

    [Theory]
    [InlineData("shel")]
    [InlineData("shell", "shell")]
    [InlineData("shell", "--kubeconfig")]
    [InlineData("shell", "--context=")]
    [InlineData("shell", "--namespace", "x")]
    [InlineData("--kubeconfig", "file")]
    [InlineData("--context", "kind")]
    public void Everything_else_is_refused_with_a_reason(params string[] args)
    {
        (TourArguments? arguments, string? problem) = TourArguments.Parse(args);
        Assert.Null(arguments);
        Assert.False(string.IsNullOrEmpty(problem));
    }
}
