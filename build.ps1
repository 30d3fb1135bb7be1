#Requires -Version 7.4
<#
.SYNOPSIS
Builds, tests, tours or packs EphemeralDebug.

.DESCRIPTION
Everything here is also one dotnet command; this script is for those who have PowerShell open. It needs the .NET 10 SDK, and
the network only for what NuGet has not restored yet. Pack precompiles the module for every platform whose compiler NuGet has, and
says which it had to leave out.

.EXAMPLE
./build.ps1 -Task Test

.EXAMPLE
./build.ps1 -Task Pack; Expand-Archive artifacts/EphemeralDebug.0.1.0.zip ~/.local/share/powershell/Modules
#>
[CmdletBinding()]
param(
    # Build lays the module out in out/EphemeralDebug; Test runs every test; Tour walks through the tutorial on a simulated cluster;
    # Pack makes a zip of the module in artifacts/; Clean removes what the others made.
    [ValidateSet('Build', 'Test', 'Tour', 'Pack', 'Clean')]
    [string[]] $Task = 'Build',

    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Release'
)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version Latest

function Invoke-DotNet {
    Write-Verbose "dotnet $args"
    & dotnet @args
    if ($LASTEXITCODE -ne 0) { throw "dotnet $($args[0]) ended with exit code $LASTEXITCODE." }
}

function Invoke-PesterTest {
    if (-not (Get-Module -ListAvailable Pester | Where-Object Version -ge '5.0')) {
        Write-Warning 'Pester 5 is not installed: the tests in tests/pester were skipped. Install it with: Install-PSResource Pester'
        return
    }
    Import-Module Pester -MinimumVersion 5.0
    $result = Invoke-Pester -Path tests/pester -PassThru
    if ($result.FailedCount -gt 0) { throw "$($result.FailedCount) Pester tests failed." }
}

function New-ModulePackage {
    $version = (Import-PowerShellDataFile out/EphemeralDebug/EphemeralDebug.psd1).ModuleVersion
    $package = "artifacts/EphemeralDebug.$version.zip"
    $null = New-Item -ItemType Directory -Force artifacts
    # The folder itself goes in, so that unpacking into a folder of PSModulePath installs it.
    Compress-Archive -Path out/EphemeralDebug -DestinationPath $package -Force
    Get-Item $package
}

Push-Location -LiteralPath $PSScriptRoot
try {
    foreach ($name in $Task) {
        switch ($name) {
            'Clean' {
                # out/ keeps files that the module no longer has, so Pack after a rename wants Clean first.
                Remove-Item -Recurse -Force -ErrorAction Ignore out, artifacts
                Invoke-DotNet clean -c $Configuration -v quiet
            }
            'Build' { Invoke-DotNet build -c $Configuration }
            'Test' {
                Invoke-DotNet test -c $Configuration
                Invoke-PesterTest
            }
            'Tour' { Invoke-DotNet run -c $Configuration --project src/EphemeralDebug.Tour }
            'Pack' {
                Remove-Item -Recurse -Force -ErrorAction Ignore out
                Invoke-DotNet build src/EphemeralDebug -c $Configuration '-p:PrecompileFor=all'
                New-ModulePackage
            }
        }
    }
}
finally {
    Pop-Location
}
