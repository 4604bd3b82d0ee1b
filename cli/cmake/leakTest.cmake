# SPDX-License-Identifier: Apache-2.0
# A test of CTest that fails where a program leaks:
#
#   rtctrack_add_leak_test(TARGET
#       [NAME test]               default: leaks.TARGET
#       [ARGS argument...]        of the program
#       [POLICY file|none]        default: rtctrack.yaml of the folder, or of the project, where one is when the test runs
#       [BASELINE file]           findings that are known, as 'rtctrack baseline write' wrote them
#       [SUPPRESSIONS file...]    findings that pass
#       [STRICT]                  what is merely alive at the end fails too
#       [GRACE seconds]           how long after a connection's close what belongs to it may end
#       [SETTLE seconds]          how long the program's end is held back for that
#       [TIMEOUT seconds]         ends a program that hangs, and says where its threads stood
#       [DAEMON]                  the program is one that SIGTERM ends: 143 is a success as well
#       [OPTIONS option...]       others of 'rtctrack run'
#       [WORKING_DIRECTORY dir])
#
# TARGET is one of the project's programs, or a path of a program. Files are relative to the folder of
# the CMakeLists.txt. The program runs as 'rtctrack run --gate -- PROGRAM ARGS...', and the test
# passes where that exits with 0: the program succeeded, and no finding fails the gate. Else the report
# and the exit code are shown: 23 is findings, 3 no verdict since evidence is missing, 124 the TIMEOUT,
# 2 a wrong option or file, and anything else is the program's own.
#
# Each test has a trace of its own, NAME.db in RTCTRACK_TRACES (default: the folder traces of the build),
# so tests may run at the same time. 'rtctrack report --merge build/traces' is one report of them all.
# When the project is configured again without a test, its trace goes, and no other file of that folder.
#
# Where recording does not work at all, a test is skipped (77), which is no pass, and CTest's summary
# names it. RTCTRACK_MUST_RECORD=1 in the environment makes it fail there, which is right for CI.

set(RTCTRACK_LEAK_TEST "${CMAKE_CURRENT_LIST_DIR}/leak-test.sh") # for who has another way to write tests
set(RTCTRACK_TRACES "${CMAKE_BINARY_DIR}/traces" CACHE PATH "where leak tests leave their traces")

# rtctrack_file(WORD PATH RESULT): PATH as the folder's CMakeLists.txt means it
function(rtctrack_file word path result)
	cmake_path(ABSOLUTE_PATH path BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" NORMALIZE)
	if(NOT EXISTS "${path}" AND NOT path MATCHES "\\$<")
		message(WARNING "rtctrack_add_leak_test: ${word} names '${path}', which is not there now; "
			"without it the test will fail")
	endif()
	set(${result} "${path}" PARENT_SCOPE)
endfunction()

# rtctrack_seconds(WORD VALUE)
function(rtctrack_seconds word value)
	if(NOT value MATCHES "^([0-9]+\\.?[0-9]*|\\.[0-9]+)$")
		message(FATAL_ERROR "rtctrack_add_leak_test: ${word} is a number of seconds, such as 60 or 0.5, not '${value}'")
	endif()
endfunction()

# rtctrack_trace(NAME RESULT): the trace of a test. Two tests never share one.
function(rtctrack_trace name result)
	string(REGEX REPLACE "[^A-Za-z0-9._+-]" "_" file "${name}")
	get_property(owner GLOBAL PROPERTY "RTCTRACK_TRACE_${file}")
	if(owner)
		message(FATAL_ERROR "rtctrack_add_leak_test: the trace of '${name}' would replace that of '${owner}'; "
			"give one of them another NAME")
	endif()
	set_property(GLOBAL PROPERTY "RTCTRACK_TRACE_${file}" "${name}")
	set_property(GLOBAL APPEND PROPERTY RTCTRACK_TRACES "${RTCTRACK_TRACES}/${file}.db")
	set(${result} "${RTCTRACK_TRACES}/${file}.db" PARENT_SCOPE)
endfunction()

# rtctrack_forget_traces(): of tests that were there when the project was last configured, and are no more
function(rtctrack_forget_traces)
	set(list "${CMAKE_BINARY_DIR}/CMakeFiles/rtctrack-traces.txt")
	get_property(traces GLOBAL PROPERTY RTCTRACK_TRACES)
	set(old)
	if(EXISTS "${list}")
		file(STRINGS "${list}" old)
	endif()
	list(REMOVE_ITEM old "" ${traces})
	foreach(trace IN LISTS old)
		file(REMOVE "${trace}")
	endforeach()
	list(JOIN traces "\n" traces)
	file(WRITE "${list}" "${traces}\n")
endfunction()

get_property(deferred GLOBAL PROPERTY RTCTRACK_DEFERRED)
if(NOT deferred)
	set_property(GLOBAL PROPERTY RTCTRACK_DEFERRED TRUE)
	cmake_language(DEFER DIRECTORY "${CMAKE_SOURCE_DIR}" CALL rtctrack_forget_traces)
endif()
unset(deferred)

function(rtctrack_add_leak_test program)
	cmake_parse_arguments(PARSE_ARGV 1 LEAK "STRICT;DAEMON"
		"NAME;POLICY;BASELINE;GRACE;SETTLE;TIMEOUT;WORKING_DIRECTORY" "ARGS;SUPPRESSIONS;OPTIONS")
	if(DEFINED LEAK_UNPARSED_ARGUMENTS)
		message(FATAL_ERROR "rtctrack_add_leak_test: '${LEAK_UNPARSED_ARGUMENTS}' is none of its words; "
			"the program's own go behind ARGS")
	endif()
	if(DEFINED LEAK_KEYWORDS_MISSING_VALUES)
		message(FATAL_ERROR "rtctrack_add_leak_test: nothing follows ${LEAK_KEYWORDS_MISSING_VALUES}")
	endif()
	if(NOT DEFINED LEAK_NAME)
		cmake_path(GET program FILENAME LEAK_NAME)
		set(LEAK_NAME "leaks.${LEAK_NAME}")
	endif()
	foreach(word GRACE SETTLE TIMEOUT)
		if(DEFINED LEAK_${word})
			rtctrack_seconds(${word} "${LEAK_${word}}")
		endif()
	endforeach()
	set(how)
	if(LEAK_DAEMON)
		list(APPEND how --daemon)
	endif()
	if(NOT DEFINED LEAK_POLICY)
		list(APPEND how --policy-in "${CMAKE_CURRENT_SOURCE_DIR}" --policy-in "${PROJECT_SOURCE_DIR}")
	endif()
	set(options)
	foreach(word POLICY BASELINE SUPPRESSIONS GRACE SETTLE TIMEOUT)
		string(TOLOWER "--${word}" option)
		foreach(value IN LISTS LEAK_${word})
			if(word MATCHES "^(POLICY|BASELINE|SUPPRESSIONS)$" AND NOT value STREQUAL "none")
				rtctrack_file(${word} "${value}" value)
			endif()
			list(APPEND options "${option}" "${value}")
		endforeach()
	endforeach()
	if(LEAK_STRICT)
		list(APPEND options --strict)
	endif()
	set(file "${program}")
	if(TARGET "${program}")
		set(file "$<TARGET_FILE:${program}>")
	endif()
	rtctrack_trace("${LEAK_NAME}" trace)
	set(place)
	if(DEFINED LEAK_WORKING_DIRECTORY)
		set(place WORKING_DIRECTORY "${LEAK_WORKING_DIRECTORY}")
	endif()
	add_test(NAME "${LEAK_NAME}" ${place}
		COMMAND sh "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/leak-test.sh" ${how} "$<TARGET_FILE:rtctrack::rtctrack>" "${trace}"
			${options} ${LEAK_OPTIONS} -- "${file}" ${LEAK_ARGS})
	set_tests_properties("${LEAK_NAME}" PROPERTIES SKIP_RETURN_CODE 77 LABELS leaks)
	if(DEFINED LEAK_TIMEOUT)
		# rtctrack ends the program first, and tells of it.
		string(REGEX REPLACE "\\..*" "" seconds "${LEAK_TIMEOUT}")
		math(EXPR latest "${seconds} + 60")
		set_tests_properties("${LEAK_NAME}" PROPERTIES TIMEOUT ${latest})
	endif()
endfunction()
