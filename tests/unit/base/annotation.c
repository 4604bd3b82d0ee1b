/* SPDX-License-Identifier: Apache-2.0 */
/* Which frames are the annotations' own. */
#include <base/annotation.h>
#include <criterion/criterion.h>

Test(annotation, the_installed_header_is_ours_whatever_its_function)
{
	cr_expect(annotation_is("track_retain", "/usr/include/track/track.h"));
	cr_expect(annotation_is("Counted", "/usr/include/track/track.h"));
	cr_expect(annotation_is(NULL, "/usr/include/track/track.h"));
}

Test(annotation, a_copy_in_any_folder_is_ours_by_its_functions)
{
	cr_expect(annotation_is("track_probe_retain", "/src/vendor/track.h"));
	cr_expect(annotation_is("track::Counted::Counted(char const*)", "src/track.h"));
	cr_expect(annotation_is("track_own", "track.h"));
	cr_expect(annotation_is("track_own", "track/track.h"));
}

Test(annotation, what_only_looks_like_it_is_not)
{
	cr_expect_not(annotation_is("send_path", "/src/track.h"));
	cr_expect_not(annotation_is("tracker", "/src/track.h"));
	cr_expect_not(annotation_is(NULL, "/src/track.h"));
	cr_expect_not(annotation_is("track_own", "/src/soundtrack.h"));
	cr_expect_not(annotation_is("track_own", "/src/track.hpp"));
	cr_expect_not(annotation_is("track_own", NULL));
	cr_expect_not(annotation_is("track_own", ""));
}
