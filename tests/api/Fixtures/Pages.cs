namespace RlsChat.Tests.Api.Fixtures;

/// <summary>Reads a list to its end.</summary>
internal static class Pages
{
    /// <summary>The items of all pages, in order; the path has a query already.</summary>
    public static async Task<List<T>> Of<T>(Person person, string path, Func<Response, IEnumerable<T>> items)
    {
        var (seen, cursor) = (new List<T>(), "");
        while (cursor is not null)
        {
            var page = (await person.Get(cursor.Length == 0 ? path : $"{path}&cursor={cursor}")).Is(200);
            seen.AddRange(items(page));
            cursor = page.NextCursor;
            Assert.True(seen.Count < 1000, "a list without end");
        }

        return seen;
    }

    public static Task<List<Guid>> Of(Person person, string path) => Of(person, path, page => page.Ids);
}
