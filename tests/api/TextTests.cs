using System.Globalization;
using System.Text;
using Npgsql;
using RlsChat.Api.Text;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api;

/// <summary>Text and JSON that SQL cannot read is refused by the name of its field, and the API judges as the database does.</summary>
public sealed class TextTests(ApiFixture fixture) : ApiTest(fixture)
{
    /// <summary>An array, and whether SQL can read it.</summary>
    public static readonly TheoryData<string, bool> Arrays = new()
    {
        { """["a\u0000b"]""", false },
        { """["a\\u0000b", "\\\\u0000", "\u0001"]""", true },
        { """["\\\u0000"]""", false },
        { """[{"a": {"\u0000": 1}}]""", false },
        { """["\ud83d"]""", false },
        { """["\ude00"]""", false },
        { """["\ud83d \ude00"]""", false },
        { """["\ud83d\ud83d\ude00"]""", false },
        { """["\ud83d\n"]""", false },
        { """[{"\uDBFF": 1}]""", false },
        { """["\ud83d\ude00", "\uD83D\uDE00", "😀", "\ud7ff\ue000\uffff"]""", true },
        { "[1e200000]", false },
        { "[-1e-200000]", false },
        { "[1e131071, 9.99E+131071, -1e131071]", true },
        { "[1e131072]", false },
        { "[0.001e131074]", true },
        { "[0.001e131075]", false },
        { "[1e-16383, 0.1e-16382, 10e-16383]", true },
        { "[1e-16384]", false },
        { "[0.1e-16383]", false },
        { "[0e200000, 0.0, -0, -0.0e0]", true },
        { "[0e-16384]", false },
        { "[1e2147483648]", false },
        { "[1e-99999999999999999999]", false },
        { $"[{new string('9', 131072)}]", true },
        { $"[{new string('9', 131073)}]", false },
        { $"[0.{new string('0', 16382)}1]", true },
        { $"[0.{new string('0', 16383)}1]", false },
        { $"[1.{new string('0', 16384)}e1]", true },
    };

    [Theory]
    [MemberData(nameof(Arrays))]
    public async Task JSON_is_kept_where_SQL_can_read_it(string array, bool readable)
    {
        var ana = await Fixture.SignUp("ana");
        var chat = await ana.Begin();
        var message = await ana.Say(chat);
        foreach (var (field, other) in new[] { ("parts", "attachments"), ("attachments", "parts") })
        {
            var posted = await ana.SendRaw(HttpMethod.Post, $"/chats/{chat}/messages", $$"""{"role": "user", "{{other}}": [], "{{field}}": {{array}}}""");
            var patched = await ana.SendRaw(HttpMethod.Patch, $"/messages/{message}", $$"""{"{{field}}": {{array}}}""");
            foreach (var response in new[] { posted, patched })
            {
                if (readable)
                {
                    Assert.InRange(response.Status, 200, 201);
                    Assert.Contains($"\"{field}\":{array}", response.Text, StringComparison.Ordinal);
                }
                else
                {
                    response.Refuses(field);
                }
            }
        }

        // The judgement is the database's own.
        Assert.Equal(readable, await Reads(array));
        Assert.Equal(readable, ReadableJson.Fault(array) is null);
    }

    /// <summary>Bytes that are no UTF-8: an overlong NUL, a surrogate of CESU-8, and half a character.</summary>
    [Theory]
    [InlineData(new byte[] { 0xC0, 0x80 })]
    [InlineData(new byte[] { 0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80 })]
    [InlineData(new byte[] { 0xC3 })]
    public async Task Bytes_that_are_no_text_are_refused_by_the_name_of_the_field(byte[] bytes)
    {
        var ana = await Fixture.SignUp("ana");
        var chat = await ana.Begin();
        var stream = (await ana.Post($"/chats/{chat}/streams", new { })).Is(201).Id;
        foreach (var (path, field, body) in new[]
        {
            ("/chats", "title", """{"title": "$"}"""),
            ($"/chats/{chat}/messages", "parts", """{"role": "user", "parts": ["$"]}"""),
            ($"/chats/{chat}/messages", "parts", """{"role": "user", "parts": [{"$": 1}]}"""),
            ($"/chats/{chat}/messages", "attachments", """{"role": "user", "parts": [], "attachments": ["$"]}"""),
            ($"/streams/{stream}/chunks", "data", """{"index": 0, "data": "$"}"""),
            ("/documents", "content", """{"title": "t", "content": "$"}"""),
        })
        {
            var (start, end) = (body[..body.IndexOf('$', StringComparison.Ordinal)], body[(body.IndexOf('$', StringComparison.Ordinal) + 1)..]);
            using var content = new ByteArrayContent([.. Encoding.UTF8.GetBytes(start), .. bytes, .. Encoding.UTF8.GetBytes(end)]);
            content.Headers.ContentType = new("application/json");
            (await ana.Send(HttpMethod.Post, path, content)).Refuses(field);
        }
    }

    [Theory]
    [InlineData(" ")]
    [InlineData("\t\r\n")]
    [InlineData("\u00a0\u2003\u3000\u2028")]
    [InlineData("\u200b\u00ad\ufeff")]
    [InlineData("\u3164")]
    [InlineData("\ufe0f\u200d")]
    public async Task A_name_shows_something(string blank)
    {
        var ana = await Fixture.SignUp("ana");
        var chat = await ana.Begin();
        var organization = (await ana.Post("/organizations", new { name = "Acme" })).Is(201).Id;
        var role = (await ana.Post($"/organizations/{organization}/roles", new { name = "clerk" })).Is(201).Id;
        var document = (await ana.Post("/documents", new { title = "plan" })).Is(201).Id;
        var visible = $"{blank}x{blank}";
        (await ana.Post("/chats", new { title = blank })).Refuses("title");
        Assert.Equal(visible, (await ana.Post("/chats", new { title = visible })).Is(201).Body["title"]!.GetValue<string>());
        (await ana.Patch($"/chats/{chat}", new { title = blank })).Refuses("title");
        (await ana.Post("/documents", new { title = blank })).Refuses("title");
        (await ana.Post($"/documents/{document}/versions", new { title = blank })).Refuses("title");
        (await ana.Post("/organizations", new { name = blank })).Refuses("name");
        (await ana.Patch($"/organizations/{organization}", new { name = blank })).Refuses("name");
        (await ana.Patch($"/organizations/{organization}", new { name = visible })).Is(200);
        (await ana.Post($"/organizations/{organization}/roles", new { name = blank })).Refuses("name");
        (await ana.Patch($"/roles/{role}", new { name = blank })).Refuses("name");
        (await ana.Post("/credits/grants", new { userId = ana.Id, amount = 1, reason = blank })).Refuses("reason");
    }

    [Fact]
    public async Task The_API_and_the_database_agree_on_what_is_blank()
    {
        var blanks = await Ask<int[]>(
            """select array_agg(c order by c) from generate_series(1, 1114111) c where c not between 55296 and 57343 and app_private.is_blank(chr(c))""");
        Assert.Equal(blanks, Enumerable.Range(1, 0x10FFFF).Where(point => Rune.IsValid(point) && Blank.Is(new Rune(point))));
        Assert.True(await Ask<bool>("select app_private.is_blank('') and not app_private.is_blank(' x ')"));
    }

    /// <summary>Every character that PostgreSQL composes or decomposes, and marks in every order.</summary>
    [Fact]
    public async Task Form_C_is_as_PostgreSQL_has_it()
    {
        await using var connection = await Connect();
        await using (var command = new NpgsqlCommand(
            """
            select t, normalize(t, NFC) from (
              select f from generate_series(1, 1114111) c
              cross join lateral (values (chr(c)), (normalize(chr(c), NFD)), (normalize(chr(c), NFD) || chr(789))) v (f)
              where c not between 55296 and 57343 and (normalize(chr(c), NFD) <> chr(c) or c between 768 and 879)) x (t)
            """, connection))
        {
            command.CommandTimeout = 120;
            Assert.InRange(await Compare(command), 30_000, 100_000);
        }

        var random = new Random(1);
        int[] letters = [0x41, 0x61, 0x6F, 0x73, 0x3B1, 0x3C5, 0x1100, 0x1161, 0x11A8, 0xAC00, 0x915, 0x9C7, 0x1D157];
        int[] marks = [0x300, 0x301, 0x304, 0x307, 0x308, 0x30A, 0x31B, 0x323, 0x327, 0x328, 0x331, 0x342, 0x345, 0x3099, 0x93C, 0x9BE, 0x5B4, 0x64B, 0x1D165];
        var texts = Enumerable.Range(0, 20_000).Select(_ => string.Concat(Enumerable.Range(0, random.Next(1, 8)).Select(i =>
            char.ConvertFromUtf32(i == 0 || random.Next(4) == 0 ? letters[random.Next(letters.Length)] : marks[random.Next(marks.Length)])))).ToArray();
        await using var composed = new NpgsqlCommand("select t, normalize(t, NFC) from unnest($1) t", connection) { Parameters = { new() { Value = texts } } };
        Assert.Equal(texts.Length, await Compare(composed));
    }

    private static async Task<int> Compare(NpgsqlCommand command)
    {
        var count = 0;
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            var (text, composed) = (reader.GetString(0), reader.GetString(1));
            Assert.True(Nfc.Of(text) == composed, $"{Points(text)} is {Points(Nfc.Of(text))}, not {Points(composed)}");
            count++;
        }

        return count;
    }

    private static string Points(string text) =>
        string.Join(' ', text.EnumerateRunes().Select(rune => rune.Value.ToString("X4", CultureInfo.InvariantCulture)));

    private async Task<bool> Reads(string json)
    {
        await using var connection = await Connect();
        await using var command = new NpgsqlCommand("select $1::jsonb is not null", connection) { Parameters = { new() { Value = json } } };
        try
        {
            return (bool)(await command.ExecuteScalarAsync())!;
        }
        catch (PostgresException e) when (e.SqlState.StartsWith("22", StringComparison.Ordinal))
        {
            return false;
        }
    }

    private async Task<T> Ask<T>(string sql)
    {
        await using var connection = await Connect();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    private Task<NpgsqlConnection> Connect() => Sql.Open(Fixture.Database.OwnerConnectionString, "set role rlschat_owner");
}
