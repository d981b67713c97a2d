using RlsChat.Api.Http;

namespace RlsChat.Api.Data;

/// <summary>The caller may not look at the system: a 403, or a 401 for a caller who has not signed in.</summary>
internal sealed class NotPermittedException(bool isSignedIn) : ProblemException(Problems.Of(isSignedIn ? 403 : 401));
