using EphemeralDebug.Sandbox.Programs;
using Xunit;

namespace EphemeralDebug.Core.Tests.Sandbox.Kubelet;

/// <summary>The simulated shell and its programs.</summary>
public sealed class ShellTests
{
    [Theory]
    [InlineData("echo a; echo b && echo c || echo d", "a\nb\nc\n", 0)]
    [InlineData("false || echo d; false && echo e; echo $?", "d\n1\n", 0)]
    [InlineData("X=41; echo $((X+1)) \"$X\" '$X' ${X} ${NONE:-none}", "42 41 $X 41 none\n", 0)]
    [InlineData("seq 3 | grep -v 2 | wc -l", "2\n", 0)]
    [InlineData("for i in 1 2 3; do if [ $i -eq 2 ]; then continue; fi; echo $i; done", "1\n3\n", 0)]
    [InlineData("i=0; while [ $i -lt 3 ]; do i=$((i+1)); done; echo $i", "3\n", 0)]
    [InlineData("echo \"it's $(echo nested \"quotes\")\"", "it's nested quotes\n", 0)]
    [InlineData("echo hidden > /tmp/f; cat /tmp/f; echo more >> /tmp/f; wc -l < /tmp/f", "hidden\n2\n", 0)]
    [InlineData("(exit 3); echo $?; exit 7", "3\n", 7)]
    [InlineData("echo gone >/dev/null; echo err >&2 2>/dev/null; ! true; echo $?", "1\n", 0)]
    [InlineData("yes | head -n 2", "y\ny\n", 0)]
    [InlineData("head -c 5 /dev/zero | wc -c", "5\n", 0)]
    [InlineData("trap 'echo bye' EXIT; echo hi", "hi\nbye\n", 0)]
    [InlineData("set -- a b; for x in \"$@\"; do echo $x; done; echo $#", "a\nb\n2\n", 0)]
    [InlineData("printf '%s-%s\\n' a b; hostname; id -u", "a-b\nweb\n0\n", 0)]
    [InlineData("env | grep MARK; MARK=own env | grep MARK", "MARK=set\nMARK=own\n", 0)]
    [InlineData("cd /tmp; pwd; cd ..; pwd", "/tmp\n/\n", 0)]
    public async Task Scripts_do_what_sh_does(string script, string output, int code)
    {
        (int exit, string text, _) = await RunAsync("sh", "-c", script);
        Assert.Equal((output, code), (text, exit));
    }

    [Theory]
    [InlineData("foo", "sh: foo: not found\n", 127)]
    [InlineData("cat /none", "cat: can't open '/none': No such file or directory\n", 1)]
    [InlineData("if true", "sh: syntax error: unexpected end of file\n", 2)]
    [InlineData("wget -q -O- http://nowhere", "wget: bad address 'nowhere'\n", 1)]
    [InlineData("wget -q -O- localhost", "wget: can't connect to remote host (127.0.0.1): Connection refused\n", 1)]
    public async Task Mistakes_are_complained_about(string script, string errors, int code)
    {
        (int exit, _, string text) = await RunAsync("sh", "-c", script);
        Assert.Equal((errors, code), (text, exit));
    }

    private static async Task<(int Exit, string Out, string Err)> RunAsync(params string[] arguments)
    {
        using MemoryStream output = new(), errors = new();
        ProcessContext context = new()
        {
            Arguments = arguments,
            Environment = new Dictionary<string, string> { ["MARK"] = "set" },
            In = ProcessInput.Empty,
            Out = ProcessOutput.To(output),
            Err = ProcessOutput.To(errors),
            Container = new ContainerView
            {
                Hostname = "web", Programs = ProgramTable.BusyBox, User = new ContainerUser(0, 0, [0]), Processes = new ProcessTable(), Network = new NoNetwork(), Time = TimeProvider.System,
            },
            Pid = 1,
            Killed = TestContext.Current.CancellationToken,
        };
        int exit = await ProgramTable.Find(arguments[0])!.Run(context);
        return (exit, System.Text.Encoding.UTF8.GetString(output.ToArray()), System.Text.Encoding.UTF8.GetString(errors.ToArray()));
    }

    private sealed class NoNetwork : IPodNetwork
    {
        public IDisposable Listen(int port, WebSite site) => throw new NotSupportedException();

        public string? Resolve(string host) => host == "localhost" ? "127.0.0.1" : null;

        public WebSite? Connect(string address, int port) => null;
    }
}
