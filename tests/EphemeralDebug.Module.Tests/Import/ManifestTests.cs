using System.Management.Automation;
using System.Reflection;
using EphemeralDebug.Module.Tests.Harness;
using EphemeralDebug.Tour.Hosting;

namespace EphemeralDebug.Module.Tests.Import;

public sealed class ManifestTests
{
    [Fact]
    public void The_manifest_is_valid()
    {
        using ModuleEngine engine = new(import: false);
        RunResult result = engine.Run("Test-ModuleManifest $manifest", ("manifest", BuiltModule.Manifest));

        Assert.Empty(result.Errors);
        PSModuleInfo module = Assert.Single(result.As<PSModuleInfo>());
        Assert.Equal("EphemeralDebug", module.Name);
        Assert.Equal(new Version(7, 4), module.PowerShellVersion);
        Assert.Equal(["Core"], module.CompatiblePSEditions);
    }

    [Fact]
    public void Importing_says_nothing()
    {
        using ModuleEngine engine = new(import: false);
        RunResult result = engine.Run("Import-Module $manifest", ("manifest", BuiltModule.Manifest));

        Assert.Equal(PSInvocationState.Completed, result.State);
        Assert.Empty(result.Errors);
        Assert.Empty(result.Warnings);
        Assert.Empty(result.Text);
    }

    [Fact]
    public void It_exports_every_cmdlet_of_the_assembly_and_nothing_else()
    {
        using ModuleEngine engine = new();
        PSModuleInfo module = Assert.Single(engine.Run("Get-Module EphemeralDebug").As<PSModuleInfo>());

        string[] classes = [.. module.ImplementingAssembly.GetTypes()
            .Select(type => type.GetCustomAttribute<CmdletAttribute>()).OfType<CmdletAttribute>()
            .Select(cmdlet => $"{cmdlet.VerbName}-{cmdlet.NounName}").Order(StringComparer.Ordinal)];
        string[] cmdlets =
        [
            "Copy-PodForDebug", "Enter-EphemeralContainer", "Enter-NodeDebug", "Get-DebugArtifact", "Get-EphemeralContainer", "Get-EphemeralContainerLog", "Get-Node", "Get-Pod",
            "Invoke-DebugCommand", "New-EphemeralContainer", "Remove-DebugArtifact", "Stop-EphemeralContainer", "Wait-EphemeralContainer",
        ];
        Assert.Equal(cmdlets, classes);
        Assert.Equal(cmdlets, module.ExportedCmdlets.Keys.Order(StringComparer.Ordinal));
        Assert.Empty(module.ExportedFunctions);
        Assert.Empty(module.ExportedAliases);
        Assert.Empty(module.ExportedVariables);
    }

    [Fact]
    public void The_version_is_that_of_the_assembly()
    {
        using ModuleEngine engine = new();
        PSModuleInfo module = Assert.Single(engine.Run("Get-Module EphemeralDebug").As<PSModuleInfo>());

        Assert.Equal(module.ImplementingAssembly.GetName().Version!.ToString(3), module.Version.ToString(3));
    }

    [Fact]
    public void Importing_again_keeps_exporting()
    {
        using ModuleEngine engine = new();
        const string Exported = "(Get-Module EphemeralDebug).ExportedCommands.Keys | Sort-Object";
        string[] first = [.. engine.Run(Exported).As<string>()];
        Assert.NotEmpty(first);

        for (int time = 0; time < 2; time++)
        {
            RunResult again = engine.Run("Import-Module $manifest -Force", ("manifest", BuiltModule.Manifest));
            Assert.Empty(again.Errors);
            Assert.Equal(first, engine.Run(Exported).As<string>());
        }
    }

    [Fact]
    public void It_can_be_removed_and_imported_again()
    {
        using ModuleEngine engine = new();
        Assert.Empty(engine.Run("Remove-Module EphemeralDebug").Errors);
        Assert.Empty(engine.Run("Get-Module EphemeralDebug").Output);
        Assert.Empty(engine.Run("Import-Module $manifest", ("manifest", BuiltModule.Manifest)).Errors);
        Assert.Single(engine.Run("Get-Module EphemeralDebug").Output);
    }

    [Fact]
    public void Each_cmdlet_has_a_prefix_on_request()
    {
        using ModuleEngine engine = new(import: false);
        RunResult result = engine.Run("Import-Module $manifest -Prefix K8s; Get-Command -Module EphemeralDebug | ForEach-Object Name", ("manifest", BuiltModule.Manifest));

        Assert.Empty(result.Errors);
        Assert.NotEmpty(result.As<string>());
        Assert.All(result.As<string>(), name => Assert.Contains("-K8s", name, StringComparison.Ordinal));
    }
}
