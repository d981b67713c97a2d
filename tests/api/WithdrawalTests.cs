using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Api;

/// <summary>
/// A person who loses a right no longer sees at the next request what it showed them, at any GET of the API. What must
/// not be shown has "hush" in it.
/// </summary>
[Attack]
[Trait("Covers", "EveryEndpoint")]
public sealed partial class WithdrawalTests(ApiFixture fixture) : ApiTest(fixture)
{
    /// <summary>Paths that need no session, and the audit, which keeps what concerns a person.</summary>
    private static readonly string[] Apart = ["/auth", "/health"], Audit = ["/me/audit"];

    private ContentWorld _world = null!;
    private Guid _chat, _message, _stream;
    private TestDocument _testDocument = null!;

    public override async Task InitializeAsync()
    {
        // These people are for this case alone, because it changes their rights.
        Fixture.ContentWorld = null;
        _world = await ContentWorld.Of(Fixture);
        Fixture.ContentWorld = null;
    }

    [Theory]
    [InlineData("outsider")]
    [InlineData("left")]
    [InlineData("anonymous")]
    public async Task When_a_chat_is_made_private(string who)
    {
        await Prepare("personal", "public");
        await Shows(_world[who], ChatPaths);
        await Shows(_world[who], "/chats?scope=public");
        (await _world["owner"].Patch($"/chats/{_chat}", new { visibility = "private" })).Is(200);
        await ShowsNothing(_world[who]);
        await Shows(_world["owner"], ChatPaths);
    }

    public static readonly TheoryData<string> Departures =
        new(new[] { "leaves", "is removed" }.SelectMany(how => new[] { "owner", "member", "manager", "director", "can_view_documents", "can_manage_documents" }
            .Select(who => $"{who} {how}")));

    [Theory]
    [MemberData(nameof(Departures))]
    public async Task When_a_person_leaves_or_is_removed(string departure)
    {
        var (who, leaves) = (departure.Split(' ')[0], departure.EndsWith("leaves", StringComparison.Ordinal));
        await Prepare("shared");
        await Shows(_world[who], [.. ChatPaths, .. who == "member" ? [] : DocumentPaths]);
        Assert.True(leaves
            ? await Fixture.Setup.As<bool>(_world[who], "select public.leave_organization()")
            : await Fixture.Setup.As<bool>(_world["admin"], "select public.remove_member($1)", _world[who].Id));
        await ShowsNothing(_world[who]);
        await Shows(_world["admin"], [.. ChatPaths, .. DocumentPaths]);
    }

    [Theory]
    [InlineData("can_view_documents", 403)]
    [InlineData("can_manage_documents", 200)]
    public async Task When_a_permission_is_withdrawn(string who, int deletes)
    {
        await Prepare("shared");
        var (admin, reader) = (_world["admin"], _world[who]);
        await Shows(reader, [.. ChatPaths, .. DocumentPaths]);
        (await reader.Delete($"/documents/{_testDocument.Id}?after={_testDocument.First}")).Is(deletes);
        await Fixture.Setup.As<Guid>(admin,
            """update public."Role" set "permissions" = '{}' where "name" = $1 returning "id" """, who);
        await ShowsNothing(reader, only: "/documents");
        (await reader.Delete($"/documents/{_testDocument.Id}")).Is(404, "not_found");
        await Shows(reader, ChatPaths);
        (await _world["owner"].Get($"/documents/{_testDocument.Id}?at={_testDocument.First}")).Is(200);
    }

    [Fact]
    public async Task When_a_role_is_changed()
    {
        await Prepare("shared");
        var (admin, viewer) = (_world["admin"], _world["can_view_documents"]);
        await Shows(viewer, [.. ChatPaths, .. DocumentPaths]);
        Assert.True(await Fixture.Setup.As<bool>(admin, "select public.set_member_role($1, $2)",
            viewer.Id, new Guid("00000000-0000-4000-8000-000000000001")));
        await ShowsNothing(viewer, only: "/documents");
        await Shows(viewer, ChatPaths);
    }

    [Theory]
    [InlineData("manager")]
    [InlineData("director")]
    public async Task When_somebody_is_managed_by_nobody(string who)
    {
        await Prepare("shared");
        await Shows(_world[who], [.. ChatPaths, .. DocumentPaths]);
        Assert.True(await Fixture.Setup.As<bool>(_world["admin"], "select public.set_member_manager($1, null)", _world["owner"].Id));
        await ShowsNothing(_world[who], only: "/documents");
        await Shows(_world[who], ChatPaths);
    }

    /// <summary>Also not what everybody sees: the policies verify the session, so it must not be seen as the owner.</summary>
    [Theory]
    [InlineData("private")]
    [InlineData("public")]
    public async Task When_a_session_is_revoked_there_is_nothing_at_all(string visibility)
    {
        await Prepare("shared", visibility);
        var owner = _world["owner"];
        await Shows(owner, [.. ChatPaths, .. DocumentPaths]);
        (await owner.Post("/auth/logout", new { refreshToken = owner.RefreshToken })).Is(204);
        foreach (var path in Paths().Where(path => !Apart.Any(path.StartsWith)))
        {
            (await owner.Get(path)).Is(401, "session_ended");
        }

        var contract = await Contract.At(Fixture.Address);
        var sample = new Sample(contract);
        foreach (var operation in contract.Operations.Where(operation => operation.Method != "GET" && !operation.IsOff && !Apart.Any(operation.Path.StartsWith)))
        {
            var key = operation.Parameters.Any(parameter => (string)parameter["name"]! == "Idempotency-Key") ? visibility : null;
            // A sign-in has a number for an id, which the description knows.
            var path = operation.Path.StartsWith("/me/", StringComparison.Ordinal) ? null : Filled(operation.Path);
            (await sample.Send(operation, owner, Sample.Valid, path: path, key: key)).Is(401, "session_ended");
        }
    }

    [Fact]
    public async Task Every_path_is_one_that_the_API_serves()
    {
        await Prepare("shared");
        var served = Served();
        Assert.All([.. ChatPaths, .. DocumentPaths], path =>
            Assert.Contains(served, pattern => Filled(pattern) == path.Split('?')[0]));
    }

    private string[] ChatPaths => [$"/chats/{_chat}", $"/chats/{_chat}/messages", $"/chats/{_chat}/votes", $"/chats/{_chat}/streams"];

    private string[] DocumentPaths =>
    [
        $"/documents/{_testDocument.Id}", $"/documents/{_testDocument.Id}?at={_testDocument.First}", $"/documents/{_testDocument.Id}/versions",
        $"/documents/{_testDocument.Id}/suggestions", $"/documents/{_testDocument.Id}/suggestions?at={_testDocument.Second}",
    ];

    /// <summary>Every GET, filled with what this is about, and the queries that ask for more.</summary>
    private IEnumerable<string> Paths() =>
    [
        .. Served().Select(Filled), .. DocumentPaths,
        "/chats?scope=organization", "/chats?scope=public", "/documents?scope=organization", "/me?include=chatCount",
    ];

    private List<string> Served() =>
    [
        .. Fixture.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            // Pages for people are the same for everybody.
            .Where(endpoint => endpoint.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>() is null)
            .Where(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains("GET") == true)
            .Select(endpoint => "/" + endpoint.RoutePattern.RawText!.Trim('/')).Distinct()
            // Live streams do not end by themselves: tests/api/Live asks these.
            .Where(path => !path.EndsWith("/events", StringComparison.Ordinal) && path != "/streams/{id}"),
    ];

    /// <summary>The first name in braces is the id of what the path begins with; any other, a person's.</summary>
    private string Filled(string pattern)
    {
        var id = pattern.Split('/')[1] switch
        {
            "chats" => _chat,
            "messages" => _message,
            "streams" => _stream,
            "documents" => _testDocument.Id,
            "suggestions" => _testDocument.Suggestion,
            _ => _world.Organization,
        };
        var path = FirstName().Replace(pattern, id.ToString(), 1);
        return FirstName().Replace(path, _world["owner"].Id.ToString());
    }

    /// <summary>A chat with a message and a vote, and a document with a suggestion: all the owner's.</summary>
    private async Task Prepare(string where, string visibility = "private")
    {
        var owner = _world["owner"];
        _chat = await owner.Begin("hush", visibility, _world.Of(where));
        _message = await owner.Say(_chat, "hush");
        (await owner.Put($"/messages/{_message}/vote", new { value = "up" })).Is(200);
        _stream = (await owner.Post($"/chats/{_chat}/streams", new { })).Is(201).Id;
        (await owner.Post($"/streams/{_stream}/chunks", new { index = 0, data = "hush" })).Is(200);
        _testDocument = await TestDocument.By(owner, _world.Of(where), owner, "hush");
    }

    private async Task Shows(Person person, params string[] paths)
    {
        foreach (var path in paths)
        {
            Assert.True(Tells(await person.Get(path)), $"{person.Name} should see {path}");
        }
    }

    private async Task ShowsNothing(Person person, string only = "")
    {
        var asked = Paths().Where(path => path.StartsWith(only, StringComparison.Ordinal)
            && !Apart.Concat(Audit).Any(path.StartsWith)).ToList();
        Assert.NotEmpty(asked);
        foreach (var path in asked)
        {
            Assert.False(Tells(await person.Get(path)), $"{person.Name} should see nothing of {path}");
        }
    }

    /// <summary>Whether the answer holds anything of what is to vanish: its words, or the ids of its rows.</summary>
    private bool Tells(Response response) =>
        ((string[])["hush", .. new[] { _chat, _message, _stream, _testDocument.Id, _testDocument.Suggestion }.Select(id => id.ToString())])
            .Any(word => response.Text.Contains(word, StringComparison.Ordinal));

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex FirstName();
}
