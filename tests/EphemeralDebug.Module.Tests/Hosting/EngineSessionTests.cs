using System.Management.Automation;
using EphemeralDebug.Module.Tests.Harness;
using EphemeralDebug.Tour.Hosting;

namespace EphemeralDebug.Module.Tests.Hosting;

public sealed class EngineSessionTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ephemeraldebug-test-");
    private readonly TextHost _host = new("test", TestHostUI.Create());

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_default_goes_to_the_cmdlets_of_the_module_that_have_the_parameter()
    {
        using EngineSession session = EngineSession.Open(_host, Module("""
            function Get-Thing { [CmdletBinding()] param($Context) "thing of $Context" }
            function Get-Other { [CmdletBinding()] param($Other) "other $Other" }
            """));
        session.SetModuleDefault("Context", "kind");
        PipelineResult result = Run(session, "function Get-Mine { [CmdletBinding()] param($Context) \"mine $Context\" }; Get-Thing; Get-Thing -Context mine; Get-Other; Get-Mine");

        Assert.Equal(["thing of kind", "thing of mine", "other ", "mine "], result.Output.Select(item => item.ToString()));
    }

    [Fact]
    public void A_module_that_cannot_be_imported_is_an_error() =>
        Assert.ThrowsAny<RuntimeException>(() => EngineSession.Open(_host, Path.Combine(_folder.FullName, "none.psd1")).Dispose());

    [Fact]
    public void Objects_are_not_kept_where_nobody_wants_them()
    {
        using EngineSession session = EngineSession.Open(_host, manifest: null);
        Assert.Empty(session.Run("1, 2", keepOutput: false, TestContext.Current.CancellationToken).Output);
    }

    [Fact]
    public void A_session_goes_on_after_an_error_that_ends_a_pipeline()
    {
        using EngineSession session = EngineSession.Open(_host, manifest: null);
        Assert.Equal("over", Assert.Single(Run(session, "throw 'over'").Errors).FullyQualifiedErrorId);
        Assert.Equal("2", Assert.Single(Run(session, "1 + 1").Output).ToString());
    }

    [Fact]
    public void A_cancelled_pipeline_says_so()
    {
        using CancellationTokenSource stop = new();
        using EngineSession session = EngineSession.Open(_host, manifest: null);
        stop.Cancel();
        Assert.True(session.Run("Start-Sleep -Seconds 600", cancellationToken: stop.Token).Stopped);
        Assert.False(Run(session, "1").Stopped);
    }

    private static PipelineResult Run(EngineSession session, string script) => session.Run(script, cancellationToken: TestContext.Current.CancellationToken);

    private string Module(string script)
    {
        string path = Path.Combine(_folder.FullName, "Test.psm1");
        File.WriteAllText(path, script);
        return path;
    }
}
