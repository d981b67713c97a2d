using System.Text.RegularExpressions;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Web.Fixtures;

/// <summary>
/// A person in front of a browser. At the end, the console must hold no error but refusals that were expected, and
/// nothing was asked of another host.
/// </summary>
internal sealed class Visitor : IAsyncDisposable
{
    private static readonly string Axe = Path.Combine(Repository.Root, "node_modules", "axe-core", "axe.min.js");
    private readonly IBrowserContext _context;
    private readonly Uri _address;
    private readonly List<string> _errors = [];
    private readonly HashSet<string> _expected = [];

    public Visitor(IBrowserContext context, IPage page, Uri address)
    {
        (_context, Page, _address) = (context, page, address);
        context.SetDefaultTimeout(15_000);
        context.Console += (_, message) =>
        {
            if (message.Type == "error" && !_expected.Any(text => message.Text.Contains(text, StringComparison.Ordinal)))
            {
                _errors.Add($"console: {message.Text} {message.Location}");
            }
        };
        context.WebError += (_, error) => _errors.Add($"script: {error.Error}");
        context.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(address.AbsoluteUri, StringComparison.Ordinal))
            {
                _errors.Add($"another host: {request.Url}");
            }
        };
    }

    /// <summary>Whether npm's packages were here when the page was built.</summary>
    public static bool HasPage => File.Exists(Axe);

    public IPage Page { get; }

    public IBrowserContext Context => _context;

    /// <summary>The browser logs each refused request; those that say this are part of the test.</summary>
    public void Expects(string text) => _expected.Add(text);

    public Task Open(string hash = "") => Page.GotoAsync(new Uri(_address, $"/{hash}").AbsoluteUri);

    /// <summary>Another tab of the page.</summary>
    public async Task Go(string hash)
    {
        await Page.EvaluateAsync("hash => { location.hash = hash; }", hash.Length == 0 ? "#/" : hash);
        await Settle();
    }

    /// <summary>As one of the demo people, by one click.</summary>
    public async Task SignIn(string name)
    {
        await Go("#/account");
        await Button(new Regex($"^{name} ")).ClickAsync();
        await Expect(Page.Locator(".acting")).ToContainTextAsync(name);
        await Settle();
    }

    /// <summary>With a password.</summary>
    public async Task SignIn(Person person)
    {
        await Go("#/account");
        await Page.GetByLabel("E-mail address").FillAsync(person.Email);
        await Page.GetByLabel("Password").FillAsync(Person.Password);
        await Page.Locator(".sign-in form button.primary").ClickAsync();
        await Expect(Page.Locator(".acting")).ToContainTextAsync("Sign out");
    }

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    public ILocator Button(Regex name) => Page.GetByRole(AriaRole.Button, new() { NameRegex = name });

    public ILocator Text(string text) => Page.GetByText(text, new() { Exact = true });

    /// <summary>Until nothing loads any more.</summary>
    public async Task Settle()
    {
        await Expect(Page.Locator("main")).ToBeVisibleAsync();
        await Expect(Page.Locator("main .spinner")).ToHaveCountAsync(0);
    }

    public async Task Write(string text)
    {
        await Page.GetByLabel("Message", new() { Exact = true }).FillAsync(text);
        await Button("Send").ClickAsync();
    }

    /// <summary>axe-core finds nothing.</summary>
    public async Task IsAccessible(string where)
    {
        await Page.EvaluateAsync(await File.ReadAllTextAsync(Axe));
        var found = await Page.EvaluateAsync<string[]>(
            "async () => (await axe.run()).violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 160)} ${node.failureSummary}`))");
        Assert.True(found.Length == 0, $"{where}: {string.Join('\n', found.Take(8))}");
    }

    /// <summary>Nothing is wider than the window, and no button than its panel.</summary>
    public async Task Fits(string where)
    {
        Assert.True(
            await Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, $"{where} is wider than its window");
        Assert.Empty(await Page.EvaluateAsync<string[]>(
            """
            () => [...document.querySelectorAll('.panel button, .panel .button')].filter(one => !one.closest('.scroll')
              && one.getBoundingClientRect().right > one.closest('.panel').getBoundingClientRect().right).map(one => one.textContent)
            """));
    }

    public async ValueTask DisposeAsync()
    {
        await _context.CloseAsync();
        Assert.True(_errors.Count == 0, string.Join("\n", _errors));
    }
}
