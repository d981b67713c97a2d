using Microsoft.AspNetCore.Builder;
using RlsChat.Database;
using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Web.Fixtures;

/// <summary>The API in development over the demo world, and a headless Chromium of Debian's packages.</summary>
public sealed class PageFixture : ApiFixture
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rlschat-web-").FullName;
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    protected override string[] Settings =>
    [
        "--environment=Development", $"--MAIL_FOLDER={_folder}/mail", $"--DATA_PROTECTION_KEYS={_folder}/keys",
        $"--POSTGRES_EXPLAIN_URL={Url(Database.ExplainConnectionString)}",
    ];

    protected override Action<WebApplicationBuilder> Adjust => LetAnswer;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        await DemoWorld.Make(Database.OwnerConnectionString, Database.AuthConnectionString);
        if (Chromium is { } program)
        {
            _playwright = await Playwright.CreateAsync();
            // Its sandbox needs a user that CI does not have; it only opens this page.
            _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = program, Args = ["--no-sandbox"] });
        }
    }

    /// <summary>Somebody with a browser of their own, at the page.</summary>
    /// <param name="name">A demo person to sign in, or null.</param>
    /// <param name="hash">The tab.</param>
    /// <param name="width">The width of the window.</param>
    /// <param name="scheme">Light or dark.</param>
    /// <exception cref="NotRunException">There is no Chromium.</exception>
    internal async Task<Visitor> Visit(string? name = null, string hash = "", int width = 1280, ColorScheme scheme = ColorScheme.Light)
    {
        NotRunException.Unless(_browser is not null, "chromium", "apt-get install chromium");
        NotRunException.Unless(Visitor.HasPage, "npm", "apt-get install npm, then build again");
        var context = await _browser!.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = width > 500 ? 800 : 740 }, ColorScheme = scheme });
        var visitor = new Visitor(context, await context.NewPageAsync(), Address);
        await visitor.Open(hash);
        if (name is not null)
        {
            await visitor.SignIn(name);
            await visitor.Go(hash);
        }

        return visitor;
    }

    public override async Task DisposeAsync()
    {
        await (_browser?.DisposeAsync() ?? default);
        _playwright?.Dispose();
        await base.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static string? Chromium => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Select(folder => Path.Combine(folder, "chromium")).FirstOrDefault(File.Exists);
}

/// <summary>Tests that share the page.</summary>
[CollectionDefinition(Name)]
public sealed class SharedPage : ICollectionFixture<PageFixture>
{
    public const string Name = "page";
}

/// <summary>A journey through the page.</summary>
[Collection(SharedPage.Name)]
public abstract class PageTest(PageFixture fixture)
{
    internal PageFixture Fixture => fixture;
}
