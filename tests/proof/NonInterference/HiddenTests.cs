using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Proof.NonInterference;

/// <summary>Every GET that names a row responds to a hidden row with the same bytes as to an absent one.</summary>
[Trait("Covers", "EveryEndpoint")]
[Collection(EndpointApi.Name)]
public sealed class HiddenTests(ApiFixture fixture) : ApiTest(fixture)
{
    private Person _ana = null!;
    private Belongings _anas = null!, _rivals = null!;
    private Dictionary<string, Person> _people = null!;

    public override async Task InitializeAsync()
    {
        await Fixture.Empty();
        _ana = await Fixture.SignUp("ana");
        _anas = await Belongings.Of(Fixture, _ana, organization: true);
        var rival = await Fixture.SignUp("rival");
        _rivals = await Belongings.Of(Fixture, rival, organization: true);
        _people = new() { ["rival"] = rival, ["anonymous"] = Fixture.Anonymous() };
        foreach (var name in new[] { "loner", "colleague", "gone", "invited", "operator" })
        {
            _people[name] = await Fixture.SignUp(name);
        }

        await Fixture.Setup.Admit(_ana, _people["colleague"]);
        await Fixture.Setup.Admit(_ana, _people["gone"]);
        await Fixture.Setup.As<bool>(_people["gone"], "select public.leave_organization()");
        await Fixture.Setup.MakeOperator(_people["operator"]);
        (await _ana.Post($"/organizations/{_anas.Organization}/invitations", new { email = _people["invited"].Email, roleId = Setup.Member })).Is(201);
    }

    [Theory]
    [InlineData("rival", true)]
    [InlineData("loner", true)]
    [InlineData("gone", true)]
    [InlineData("invited", true)]
    [InlineData("operator", true)]
    [InlineData("anonymous", true)]
    [InlineData("colleague", false)]
    public async Task A_hidden_row_gets_the_bytes_of_an_absent_one(string who, bool outside)
    {
        var (person, rows, asked) = (_people[who], Hidden(outside), 0);
        foreach (var operation in await About())
        {
            foreach (var (kind, id, query) in rows.Where(row => Names(operation, row.Kind, row.Query)))
            {
                // A stream that is hers would go on.
                var tag = kind == "/streams/" ? null : (await _ana.Get($"{kind}{id}")).Tag;
                foreach (var match in new[] { null, "*", tag })
                {
                    var hidden = await Ask(person, operation, kind, id, query, match);
                    Assert.Contains(int.Parse(hidden[..3]), who == "anonymous" ? [401, 404] : new[] { 403, 404 });
                    var absent = await Ask(person, operation, kind, Guid.NewGuid(), query, match);
                    Figures.Add("noninterference.differences", hidden == absent ? 0 : 1);
                    Assert.True(hidden == absent, $"{who}: {operation.Id} of {kind}\nhidden:\n{hidden}\nabsent:\n{absent}");
                    asked++;
                }
            }
        }

        Figures.Add("noninterference.answers", asked);
        Assert.InRange(asked, 20, 1000);
    }

    // The control: they exist, and their owner finds each.
    [Fact]
    public async Task The_owner_finds_them()
    {
        foreach (var operation in (await About()).Where(operation => !operation.GoesOn))
        {
            foreach (var (kind, id, query) in Hidden(true).Where(row => Names(operation, row.Kind, row.Query)))
            {
                var owner = query == _rivals.Person.Id.ToString() ? _rivals.Person : _ana;
                Assert.StartsWith("200", await Ask(owner, operation, kind, id, query, null), StringComparison.Ordinal);
            }
        }
    }

    /// <summary>The operations that name a row.</summary>
    private async Task<IEnumerable<Operation>> About() => (await Contract.At(Fixture.Address)).Operations
        .Where(operation => operation.Method == "GET" && operation.Path.Contains('{'));

    /// <summary>Of each kind the rows that are hidden: from who is outside, also those of the organization.</summary>
    private IEnumerable<(string Kind, Guid Id, string Query)> Hidden(bool outside)
    {
        (Guid Chat, Guid Message, Guid Stream, TestDocument TestDocument)[] all =
            [(_anas.Chat, _anas.Message, _anas.Stream, _anas.TestDocument), (_anas.SharedChat, _anas.SharedMessage, _anas.SharedStream, _anas.SharedPaper)];
        foreach (var (chat, message, stream, testDocument) in outside ? all : all[..1])
        {
            yield return ("/chats/", chat, "");
            yield return ("/messages/", message, "");
            yield return ("/streams/", stream, "");
        }

        foreach (var (_, _, _, testDocument) in all)
        {
            yield return ("/documents/", testDocument.Id, "");
            yield return ("/documents/", testDocument.Id, $"?at={testDocument.First}");
            yield return ("/suggestions/", testDocument.Suggestion, "");
        }

        yield return ("/invitations/", _anas.Invitation, "");
        if (outside)
        {
            foreach (var (kind, id) in _anas.Resources.Others)
            {
                yield return ($"/{kind}/", id, "");
            }

            yield return ("/organizations/", _anas.Organization!.Value, _ana.Id.ToString());
            yield return ("/roles/", _anas.Role, "");
        }
        else
        {
            yield return ("/organizations/", _rivals.Organization!.Value, _rivals.Person.Id.ToString());
            yield return ("/roles/", _rivals.Role, "");
        }
    }

    /// <summary>Whether it names a row of that kind, at a moment where one is asked for.</summary>
    private static bool Names(Operation operation, string kind, string query) =>
        operation.Path.Contains(kind + "{", StringComparison.Ordinal)
        && (!query.StartsWith('?') || operation.Parameters.Any(parameter => query.StartsWith($"?{parameter["name"]}=", StringComparison.Ordinal)));

    /// <summary>The bytes of the response; of an organization, the query is the member who is asked about.</summary>
    private static async Task<string> Ask(Person person, Operation operation, string kind, Guid id, string query, string? match)
    {
        var path = operation.Path.Replace(kind + "{id}", kind + id, StringComparison.Ordinal).Replace("{userId}", query, StringComparison.Ordinal)
            + (query.StartsWith('?') ? query : "");
        var response = match is null ? await person.Get(path) : await person.With("If-None-Match", match, HttpMethod.Get, path);
        return response.Bytes;
    }
}
