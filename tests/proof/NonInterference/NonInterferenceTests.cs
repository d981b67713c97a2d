using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Proof.NonInterference;

/// <summary>
/// Every byte of every response is the same with and without hidden data of other people: before they have any, after
/// they have done all that they can, and after it is deleted.
/// </summary>
[Trait("Covers", "EveryEndpoint")]
[Collection(EndpointApi.Name)]
public sealed class NonInterferenceTests(ApiFixture fixture) : ApiTest(fixture)
{
    private Person _ana = null!, _colleague = null!, _loner = null!, _operator = null!;
    private Belongings _anas = null!, _loners = null!;

    public override async Task InitializeAsync()
    {
        await Fixture.Empty();
        (_ana, _colleague) = (await Fixture.SignUp("ana"), await Fixture.SignUp("colleague"));
        (_loner, _operator) = (await Fixture.SignUp("loner"), await Fixture.SignUp("operator"));
        await Fixture.Setup.Verify(_ana);
        _anas = await Belongings.Of(Fixture, _ana, organization: true);
        await _ana.Begin("for everybody", "public");
        await Fixture.Setup.Admit(_ana, _colleague);
        _anas.Member = _colleague.Id;
        _loners = await Belongings.Of(Fixture, _loner, organization: false);
        await Fixture.Setup.MakeOperator(_operator);
        await Grant(_ana);
        // The others will use the same key.
        (await _ana.With("Idempotency-Key", "one", HttpMethod.Post, "/chats", new { title = "once" })).Is(201);
    }

    // The control: every operation is asked about something.
    [Fact]
    public async Task Every_get_is_asked_about_something()
    {
        foreach (var (operation, paths) in Asking.Paths(_anas))
        {
            var asked = await Task.WhenAll(paths.Select(_ana.Get));
            Assert.True(Asking.Constant.Contains(operation) || asked.Any(response => response.Status == 200), $"{operation}: {asked[0].Text}");
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Hidden_data_changes_no_byte(bool organization)
    {
        var before = await Everybody();
        Assert.Empty(Differences(before, await Everybody()));

        var rival = await Fixture.SignUp("rival");
        await Fixture.Setup.Verify(rival);
        var rivals = await Belongings.Of(Fixture, rival, organization);
        await Grant(rival);
        Same(before, await Everybody());
        var own = await Asking.All(rival, rivals);
        await rivals.Change();
        await rivals.Trespass(_anas);
        Same(before, await Everybody());
        Assert.NotEmpty(Asking.Differences(own, await Asking.All(rival, rivals)));

        if (organization)
        {
            (await rival.Delete($"/organizations/{rivals.Organization}")).Is(204);
        }

        (await rival.Delete("/me")).Is(204);
        Same(before, await Everybody());
    }

    [Fact]
    public async Task Personal_data_of_a_colleague_changes_no_byte()
    {
        var before = await Asking.All(_colleague, _anas);
        await _anas.Change(personal: true);
        Same(before, await Asking.All(_colleague, _anas), "colleague");

        before = await Asking.All(_ana, _anas);
        var theirs = await Belongings.Of(Fixture, _colleague, organization: false);
        await theirs.Change();
        await theirs.Trespass(_anas);
        Same(before, await Asking.All(_ana, _anas), "ana");
        foreach (var chat in await Pages.Of(_colleague, "/chats?limit=100"))
        {
            (await _colleague.Delete($"/chats/{chat}")).Is(204);
        }

        Same(before, await Asking.All(_ana, _anas), "ana");
    }

    // The control: the responses do change.
    [Fact]
    public async Task Visible_data_changes_every_response()
    {
        var before = await Asking.All(_ana, _anas);
        await _anas.Change();
        await Grant(_ana);
        await Fixture.Setup.Admit(_ana, await Fixture.SignUp("newcomer"));
        await _ana.Begin("for everybody, too", "public");
        await Fixture.Setup.As<bool>(_ana, "select public.set_member_manager($1, $2)", _colleague.Id, _ana.Id);
        Assert.Equal(
            Asking.Paths(_anas).Keys.Except(Asking.Constant).Order(),
            Asking.Differences(before, await Asking.All(_ana, _anas)).Order());
    }

    private Task<decimal> Grant(Person person) => Fixture.Setup.As<decimal>(_operator, "select public.grant_credits($1, 1, 'a gift')", person.Id);

    /// <summary>The observers: the administrator of an organization, a member of it, somebody in none, nobody.</summary>
    private async Task<Dictionary<string, Dictionary<string, string>>> Everybody() => new()
    {
        ["ana"] = await Asking.All(_ana, _anas),
        ["colleague"] = await Asking.All(_colleague, _anas),
        ["loner"] = await Asking.All(_loner, _loners),
        ["anonymous"] = await Asking.All(Fixture.Anonymous(), _anas),
    };

    private static List<string> Differences(
        Dictionary<string, Dictionary<string, string>> before, Dictionary<string, Dictionary<string, string>> after) =>
        [.. before.SelectMany(who => Asking.Differences(who.Value, after[who.Key]).Select(operation => $"{who.Key}: {operation}"))];

    private static void Same(
        Dictionary<string, Dictionary<string, string>> before, Dictionary<string, Dictionary<string, string>> after)
    {
        foreach (var (who, answers) in before)
        {
            Same(answers, after[who], who);
        }
    }

    private static void Same(Dictionary<string, string> before, Dictionary<string, string> after, string who)
    {
        var differences = Asking.Differences(before, after);
        Figures.Add("noninterference.answers", before.Count);
        Figures.Add("noninterference.differences", differences.Length);
        Assert.True(differences.Length == 0, string.Join("\n\n", differences.Select(operation =>
            $"{who}, {operation}, before:\n{before[operation]}\nafter:\n{after[operation]}")));
    }
}
